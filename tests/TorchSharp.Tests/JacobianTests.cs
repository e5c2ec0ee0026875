using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>Recorded Jacobians are the derivatives of the recorded outputs, whatever the model is made of.</summary>
public sealed class JacobianTests
{
    /// <summary>Central differences of the outputs along every parameter.</summary>
    private static double[,] Differences(nn.Module<Tensor, Tensor> model, Tensor x, double h)
    {
        using var none = no_grad();
        var leaves = model.parameters().ToArray();
        int columns = (int)leaves.Sum(p => p.numel()), rows = Training.Values(model.forward(x)).Length, column = 0;
        var J = new double[rows, columns];
        foreach (var leaf in leaves)
        {
            using var flat = leaf.view(-1);
            for (int j = 0; j < flat.shape[0]; j++, column++)
            {
                double w = flat[j].item<double>();
                double[][] u = new double[2][];
                for (int side = 0; side < 2; side++)
                {
                    flat[j] = tensor(w + (2 * side - 1) * h, dtype: ScalarType.Float64);
                    u[side] = Training.Values(model.forward(x));
                }
                flat[j] = tensor(w, dtype: ScalarType.Float64);
                for (int r = 0; r < rows; r++) J[r, column] = (u[1][r] - u[0][r]) / (2 * h);
            }
        }
        return J;
    }

    private static void Compare(nn.Module<Tensor, Tensor> model, Tensor x_S, Tensor x_Q, string name)
    {
        using var folder = new RunFolder();
        using var optimizer = optim.SGD(model.parameters(), 0.01);
        using var y = zeros_like(model.forward(x_S)).detach();
        var expected = Differences(model, x_S, 1e-5);
        using (var recorder = JacobianRecorder.Attach(model, Training.HalfSquares, optimizer, x_S, y, x_Q, folder.Path, new(CheckpointSteps.Fixed(1))))
        {
            optimizer.zero_grad();
            Training.HalfSquares(model.forward(x_S), y).backward();
            recorder.Step();
        }
        using var run = RecordedRun.Open(folder.Path);
        double[] J = run.Checkpoints[0][TensorName.J_S].ReadAll();
        Assert.Equal(expected.Length, J.Length);
        double difference = 0, norm = 0;
        int columns = expected.GetLength(1);
        for (int i = 0; i < J.Length; i++)
        {
            double e = expected[i / columns, i % columns];
            difference += (J[i] - e) * (J[i] - e);
            norm += e * e;
        }
        // Central differences of step h: h² of the third derivative and ε/h of rounding, 1e-10 both.
        Check.Small(Math.Sqrt(difference / norm), 1e-8, $"{name}: J relative to central differences");
    }

    [TorchFact]
    public void OfADenseNetworkWithSeveralOutputs()
    {
        using var training = new Training(n: 5, m: 3, p: 3);
        Compare(training.Model, training.X_S, training.X_Q, "dense");
    }

    [TorchFact]
    public void OfAConvolutionWithStrideAndNorm()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var model = nn.Sequential(nn.Conv2d(2, 3, 3, stride: 2, padding: 1), nn.GELU(), nn.Flatten(), nn.LayerNorm(12), nn.Linear(12, 2));
        model.to(ScalarType.Float64);
        Compare(model, randn([4L, 2L, 4L, 4L], dtype: ScalarType.Float64), randn([2L, 2L, 4L, 4L], dtype: ScalarType.Float64), "convolution");
    }

    [TorchFact]
    public void OfASharedLayerAndAParameterThatIsNotUsed()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var model = new SharedLayer();
        Compare(model, randn(4, 3, dtype: ScalarType.Float64), randn(2, 3, dtype: ScalarType.Float64), "shared");
    }

    [TorchFact]
    public void OfAnEvaluatedBatchNorm()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        var model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Dropout(0.5), nn.Linear(4, 1));
        model.to(ScalarType.Float64);
        model.eval();
        Compare(model, randn(4, 3, dtype: ScalarType.Float64), randn(2, 3, dtype: ScalarType.Float64), "batch norm");
    }

    [TorchFact]
    public void InSinglePrecisionIsStoredSo()
    {
        using var folder = new RunFolder();
        using var training = new Training(type: ScalarType.Float32);
        using var optimizer = optim.SGD(training.Model.parameters(), 0.1);
        var options = new JacobianRecorderOptions(CheckpointSteps.Geometric(16, 5));
        training.Run(folder.Path, optimizer, options);
        using var run = RecordedRun.Open(folder.Path);
        Assert.Equal([0, 1, 3, 6, 16], run.Checkpoints.Select(c => c.Step));
        Assert.Equal(StorageType.Float32, run.Checkpoints[0][TensorName.J_S].Type);
        Assert.Equal("squared", run.Checkpoints.Loss.Kind);
        var refused = Assert.Throws<ArgumentException>(() => training.Attach(folder.Path, optimizer, options with { DType = StorageType.Float64 }));
        Assert.Contains("expected Float32", refused.Message, StringComparison.Ordinal);
    }

    [TorchFact]
    public void LeaveTheTrainingAsItWas()
    {
        using var folder = new RunFolder();
        double[] recorded = Trained(folder.Path), alone = Trained(null);
        Assert.Equal(alone, recorded);
    }

    private static double[] Trained(string? folder)
    {
        using var training = new Training();
        using var optimizer = optim.Adam(training.Model.parameters(), 0.01);
        var options = new JacobianRecorderOptions(CheckpointSteps.Every(5)) { Midpoints = true };
        using var recorder = folder is null ? null : training.Attach(folder, optimizer, options);
        for (int step = 0; step < 5; step++)
        {
            // Every second step adds to the gradients of the one before: they must be there still.
            if (step % 2 == 0) optimizer.zero_grad();
            Training.HalfSquares(training.Model.forward(training.X_S), training.Y_S).backward();
            if (recorder is null) optimizer.step();
            else recorder.Step();
        }
        return [.. training.Model.parameters().SelectMany(p => Training.Values(p)), .. training.Model.parameters().SelectMany(p => Training.Values(p.grad!))];
    }

    private sealed class SharedLayer : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _layer = nn.Linear(3, 3), _unused = nn.Linear(2, 2);

        public SharedLayer() : base("shared")
        {
            RegisterComponents();
            this.to(ScalarType.Float64);
        }

        public override Tensor forward(Tensor x) => _layer.forward(tanh(_layer.forward(x))) + x;
    }
}
