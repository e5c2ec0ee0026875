using KernelFlow.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.TorchSharpRuns;

/// <summary>A TorchSharp training on the digits, in float64.</summary>
/// <param name="Data">How many digits, how many outputs (1: even or odd, with squares; more: classes, with softmax), how many wrong answers, which
/// seed.</param>
/// <param name="Network">Makes the network.</param>
/// <param name="Optimizer">Makes the optimizer.</param>
public sealed record DigitsTraining(RecordingOptions Data, Func<nn.Module<Tensor, Tensor>> Network,
    Func<IEnumerable<TorchSharp.Modules.Parameter>, optim.Optimizer> Optimizer)
{
    /// <summary>Trains for as many steps as the options have, and gives what was recorded in memory, or in a folder.</summary>
    /// <param name="options">When to record, and what.</param>
    /// <param name="folder">The run folder; null for memory.</param>
    /// <param name="weights">Replaces the first weights.</param>
    /// <param name="after">Told after every step how many were taken.</param>
    public CheckpointSequence? Record(JacobianRecorderOptions options, string? folder = null, Action<nn.Module<Tensor, Tensor>>? weights = null,
        Action<long>? after = null)
    {
        using var all = NewDisposeScope();
        random.manual_seed(Data.Seed);
        var data = TrainingData.Create(Data);
        Tensor Of(double[] values, int examples) => tensor(values, dtype: ScalarType.Float64).reshape(examples, -1);
        Tensor x_S = Of(data.X_S, data.Train), x_Q = Of(data.X_Q, data.Test), y_S = Of(data.Y_S, data.Train), y_Q = Of(data.Y_Q, data.Test);
        using var model = Network();
        model.to(ScalarType.Float64);
        weights?.Invoke(model);
        Func<Tensor, Tensor, Tensor> loss = Data.Loss == LossKind.SoftmaxCrossEntropy ? Softmax : Squares;
        using var optimizer = Optimizer(model.parameters());
        options = options with { TestTargets = y_Q };
        using var recorder = folder is null ? JacobianRecorder.Attach(model, loss, optimizer, x_S, y_S, x_Q, options)
            : JacobianRecorder.Attach(model, loss, optimizer, x_S, y_S, x_Q, folder, options);
        for (long step = 0; step < options.Checkpoints.Last; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            loss(model.forward(x_S), y_S).backward();
            recorder.Step();
            after?.Invoke(step + 1);
        }
        return folder is null ? recorder.Checkpoints : null;
    }

    /// <summary>Hidden layers of one width and an activation between them.</summary>
    public static nn.Module<Tensor, Tensor> Dense(int width, int depth, int outputs, Func<nn.Module<Tensor, Tensor>> activation)
    {
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (int d = 0, inputs = 64; d < depth; d++, inputs = width)
            layers.AddRange([($"layer{d}", nn.Linear(inputs, width)), ($"activation{d}", activation())]);
        return nn.Sequential([.. layers, ("output", nn.Linear(width, outputs))]);
    }

    private static Tensor Squares(Tensor u, Tensor y) => (u - y).square().sum() / (2 * y.shape[0]);

    private static Tensor Softmax(Tensor u, Tensor y) => -(y * nn.functional.log_softmax(u, 1)).sum() / y.shape[0];
}
