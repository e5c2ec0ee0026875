namespace KernelFlow.ForecastStudy;

/// <summary>The recordings of the study: N = 24 to 1000, squared loss and cross-entropy, gradient descent, momentum and Adam, Jacobians, factors and kernel
/// blocks, sparse checkpoints and every step.</summary>
internal static class Recordings
{
    private const string Softmax = "--loss softmax-cross-entropy --outputs";

    /// <summary>Name and options of <c>kernelflow record</c>.</summary>
    public static IReadOnlyList<(string Name, string Options)> All { get; } =
    [
        ("squared-24", "--train 24 --test 16 --layers 16 --steps 2000 --checkpoints 16"),
        ("squared-60", "--train 60 --test 40 --layers 24,24 --steps 3000 --checkpoints 24"),
        ("squared-100", "--train 100 --test 60 --layers 24,24 --steps 3000 --checkpoints 24 --noise 0.2"),
        ("squared-200", "--train 200 --test 100 --layers 32 --steps 2000 --checkpoints 24"),
        ("squared-400", "--train 400 --test 100 --layers 32 --steps 1000 --checkpoints 16"),
        ("squared-outputs-250", "--train 25 --test 15 --outputs 10 --loss squared --layers 32 --steps 400 --checkpoints 20"),
        ("squared-outputs-500", "--train 50 --test 30 --outputs 10 --loss squared --layers 32 --steps 400 --checkpoints 20"),
        ("dense-jacobians-100", "--train 100 --test 60 --layers 48,48 --steps 1000 --checkpoints 20 --factors never"),
        ("dense-jacobians-300", "--train 300 --test 100 --layers 48 --steps 1000 --checkpoints 20 --factors never"),
        ("relu-120", "--train 120 --test 60 --layers 32 --activation relu --steps 1000 --checkpoints 16"),
        ("softmax-48", $"--train 16 --test 10 {Softmax} 3 --layers 16 --steps 400 --checkpoints 20 --schedule uniform"),
        ("softmax-160", $"--train 40 --test 20 {Softmax} 4 --layers 24 --steps 400 --checkpoints 24 --schedule uniform"),
        ("softmax-500", $"--train 50 --test 30 {Softmax} 10 --layers 32 --steps 300 --checkpoints 12"),
        ("kernels-100", "--train 100 --test 60 --layers 24,24 --steps 2000 --checkpoints 24 --kernels"),
        ("kernels-300", "--train 300 --test 100 --layers 32 --steps 1000 --checkpoints 16 --kernels"),
        ("kernels-softmax-200", $"--train 50 --test 25 {Softmax} 4 --layers 24 --steps 400 --checkpoints 20 --kernels"),
        ("kernels-1000", "--train 100 --test 60 --outputs 10 --loss squared --layers 32 --steps 400 --checkpoints 20 --kernels"),
        ("steps-40", "--train 40 --test 20 --layers 16 --steps 100 --schedule every-step"),
        ("steps-200", "--train 200 --test 80 --layers 24 --steps 60 --schedule every-step"),
        ("steps-softmax-120", $"--train 30 --test 15 {Softmax} 4 --layers 16 --steps 80 --schedule every-step --midpoints"),
        ("momentum-48", "--train 48 --test 24 --layers 16 --steps 80 --schedule every-step --optimizer momentum --lr 0.02"),
        ("momentum-sparse-150", "--train 150 --test 60 --layers 24 --steps 1000 --checkpoints 20 --optimizer momentum --lr 0.02"),
        ("adam-100", "--train 100 --test 40 --layers 24 --steps 60 --schedule every-step --optimizer adam --lr 0.003"),
        ("adam-sparse-200", "--train 200 --test 80 --layers 24 --steps 500 --checkpoints 20 --optimizer adam --lr 0.003"),
    ];
}
