using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>One training with its checkpoints: data, network and loss are made from the options; checkpoints come one by one as training proceeds.</summary>
internal sealed class TrainingRun
{
    private readonly Backend _backend;
    private readonly RecordingOptions _options;

    public TrainingRun(RecordingOptions options, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        options.Validate();
        _options = options;
        _backend = backend;
        Data = TrainingData.Create(options);
        Network = FeedForwardNetwork.Create(Data.InputSize, options.Layers, options.Activation, Data.Outputs);
        Trainer = new Trainer(options, Data, Network, backend);
    }

    public TrainingData Data { get; }

    public FeedForwardNetwork Network { get; }

    public Trainer Trainer { get; }

    public OptimizerInfo Optimizer => new("gradient-descent", _options.LearningRate);

    /// <summary>y_S, y_Q, clean_S as tensors; the mask, which has no floating type, is left to the writer.</summary>
    public IReadOnlyDictionary<string, TensorSource> TargetTensors() => new TensorSource[]
    {
        new MemoryTensor("y_S", Data.Y_S, Data.Train, Data.Outputs),
        new MemoryTensor("y_Q", Data.Y_Q, Data.Test, Data.Outputs),
        new MemoryTensor("clean_S", Data.Clean_S, Data.Train, Data.Outputs),
        new MemoryTensor("noise_mask_S", Array.ConvertAll(Data.NoiseMask_S, chosen => chosen ? 1.0 : 0.0), Data.Train),
    }.ToDictionary(t => t.Name);

    /// <summary>Trains from the start and yields the checkpoint of every marked step from index <paramref name="first"/> on (those before it are passed through untouched).</summary>
    public IEnumerable<Checkpoint> Checkpoints(int first, IProgress<RecordingProgress>? progress, CancellationToken cancellation)
    {
        var marks = _options.CheckpointSteps();
        int mark = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Trainer.ComputeStep();
            if (Trainer.Step == marks[mark])
            {
                if (mark >= first) yield return Snapshot();
                mark++;
                progress?.Report(new RecordingProgress(Trainer.Step, _options.Steps, mark, marks.Count, Trainer.LossValue));
                if (mark == marks.Count) yield break;
            }
            Trainer.TakeStep();
        }
    }

    private Checkpoint Snapshot()
    {
        int n = Data.Train, m = Data.Test, p = Data.Outputs;
        var (J_S, u_S) = Jacobian("J_S", Trainer.Parameters, Data.X_S, n);
        var (J_Q, u_Q) = Jacobian("J_Q", Trainer.Parameters, Data.X_Q, m);
        var g = new double[n * p];
        Trainer.Loss.Gradient(u_S, g);
        return new Checkpoint(Trainer.Time, Trainer.Step,
            J_S,
            J_Q,
            new MemoryTensor("U_S", u_S, n, p),
            new MemoryTensor("U_Q", u_Q, m, p),
            new MemoryTensor("g", g, n, p),
            new MemoryTensor("loss", [Trainer.Loss.Value(u_S)], 1));
    }

    private (MemoryTensor J, double[] Outputs) Jacobian(string name, double[] w, double[] x, int examples)
    {
        int p = Data.Outputs, D = Network.Parameters;
        var u = new double[examples * p];
        var J = new double[checked(examples * p * D)];
        Trainer.Evaluator.Jacobian(w, x, u, J);
        long[] shape = [examples, p, D];
        return (_options.DType == StorageType.Float32 ? new MemoryTensor(name, Array.ConvertAll(J, v => (float)v), shape) : new MemoryTensor(name, J, shape), u);
    }
}
