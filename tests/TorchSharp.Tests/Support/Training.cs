using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>A folder for one run, gone afterwards.</summary>
internal sealed class RunFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kernelflow-torch-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A small tanh network on data that a fixed function labels; everything follows from the seed.</summary>
internal sealed class Training : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public Training(int n = 20, int m = 12, int d = 3, int p = 1, ScalarType type = ScalarType.Float64, int hidden = 8)
    {
        random.manual_seed(5);
        Model = nn.Sequential(("hidden", nn.Linear(d, hidden)), ("tanh", nn.Tanh()), ("output", nn.Linear(hidden, p)));
        Model.to(type);
        (X_S, X_Q) = (randn(n, d, dtype: type), randn(m, d, dtype: type));
        using var mix = randn(d, p, dtype: type);
        (Y_S, Y_Q) = (sin(X_S.matmul(mix) * 2), sin(X_Q.matmul(mix) * 2));
    }

    public nn.Module<Tensor, Tensor> Model { get; init; }

    public Tensor X_S { get; init; }

    public Tensor X_Q { get; init; }

    public Tensor Y_S { get; init; }

    public Tensor Y_Q { get; init; }

    /// <summary>½ of the squared distance, mean over the examples: the run format's "squared".</summary>
    public static Tensor HalfSquares(Tensor u, Tensor y) => (u - y).square().sum() / (2 * u.shape[0]);

    /// <summary>All elements, row-major.</summary>
    public static double[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    public JacobianRecorder Attach(string folder, optim.Optimizer optimizer, JacobianRecorderOptions options, Func<Tensor, Tensor, Tensor>? loss = null) =>
        JacobianRecorder.Attach(Model, loss ?? HalfSquares, optimizer, X_S, Y_S, X_Q, folder, options with { TestTargets = options.TestTargets ?? Y_Q });

    /// <summary>Trains over all examples, one line of the recorder per step.</summary>
    public void Run(string folder, optim.Optimizer optimizer, JacobianRecorderOptions options, Func<Tensor, Tensor, Tensor>? loss = null,
        Action<int>? before = null)
    {
        loss ??= HalfSquares;
        using var recorder = Attach(folder, optimizer, options, loss);
        for (int step = 0; step < options.Checkpoints.Last; step++)
        {
            before?.Invoke(step);
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            loss(Model.forward(X_S), Y_S).backward();
            recorder.Step();
        }
    }

    public void Dispose() => _scope.Dispose();
}
