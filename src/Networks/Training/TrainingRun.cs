using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>One training with its checkpoints: data, network and loss are made from the options; checkpoints come one by one as training proceeds.</summary>
internal sealed class TrainingRun
{
    private readonly Backend _backend;
    private readonly RecordingOptions _options;
    private ChosenMarks? _marks;

    public TrainingRun(RecordingOptions options, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        _options = options;
        _backend = backend;
        Data = TrainingData.Create(options);
        Network = FeedForwardNetwork.Create(Data.InputSize, options.Layers, options.Activation, Data.Outputs, options.Parametrisation);
        long elements = (long)Math.Max(Data.Train, Data.Test) * Data.Outputs * Network.Parameters;
        Layers = Factored(options) ? Network.JacobianLayers : null;
        if (Layers is null && elements > Array.MaxLength)
            throw new ArgumentException($"A Jacobian of {elements} elements ({Math.Max(Data.Train, Data.Test)} examples, {Data.Outputs} outputs, "
                + $"{Network.Parameters} parameters) is too large: at most {Array.MaxLength}.");
        Trainer = new Trainer(options, Data, Network, backend);
    }

    public TrainingData Data { get; }

    public FeedForwardNetwork Network { get; }

    public Trainer Trainer { get; }

    /// <summary>The layers, where Jacobians are recorded as factors.</summary>
    public IReadOnlyList<JacobianLayer>? Layers { get; }

    /// <summary>The steps that are recorded. Those of an adaptive schedule are found by training once without recording.</summary>
    public ChosenMarks Marks(CancellationToken cancellation) => _marks ??= _options.Schedule == CheckpointSchedule.Adaptive
        ? new AdaptiveMarks(this, _options, _backend).Choose(cancellation) : new ChosenMarks(_options.CheckpointSteps(), null);

    /// <summary>Takes marks that were found earlier.</summary>
    public void Take(ChosenMarks marks) => _marks = marks;

    /// <summary>What a checkpoint takes on disk, its small tensors left out.</summary>
    public long BytesPerCheckpoint
    {
        get
        {
            long n = Data.Train, m = Data.Test, p = Data.Outputs, N = n * p, M = m * p;
            if (_options.Kernels) return 2 * sizeof(double) * (N * N + M * N + M * M);
            long perExample = Layers is null ? p * Network.Parameters : Layers.Sum(l => l.Positions * (l.Inputs + p * l.Outputs));
            return (n + m) * perExample * (_options.DType == StorageType.Float32 ? sizeof(float) : sizeof(double));
        }
    }

    /// <summary>The run's tensors beside y_S.</summary>
    public IReadOnlyList<TensorSource> RunTensors =>
    [
        new MemoryTensor(TensorName.y_Q, Data.Y_Q, Data.Test, Data.Outputs),
        new MemoryTensor(TensorName.clean_S, Data.Clean_S, Data.Train, Data.Outputs),
        StreamedTensor.Booleans(TensorName.noise_mask_S, Data.NoiseMask_S),
    ];

    /// <summary>Trains from the start and yields the checkpoints from index <paramref name="first"/> on; those before are
    /// passed through without their Jacobians.</summary>
    public IEnumerable<Checkpoint> Checkpoints(int first, IProgress<RecordingProgress>? progress, CancellationToken cancellation)
    {
        var checkpoints = Snapshots(first, progress, cancellation);
        return _options.Kernels ? KernelBlocks.Convert(checkpoints, _backend) : checkpoints;
    }

    private IEnumerable<Checkpoint> Snapshots(int first, IProgress<RecordingProgress>? progress, CancellationToken cancellation)
    {
        var marks = Marks(cancellation).Steps;
        int mark = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Trainer.ComputeStep();
            if (Trainer.Step == marks[mark])
            {
                if (mark >= first) yield return Snapshot(marks.Count == _options.Steps + 1);
                mark++;
                progress?.Report(new RecordingProgress(Trainer.Step, _options.Steps, mark, marks.Count, Trainer.LossValue));
                if (mark == marks.Count) yield break;
            }
            Trainer.TakeStep();
        }
    }

    /// <summary>The checkpoint of the computed step.</summary>
    public Checkpoint Snapshot(bool everyStep)
    {
        int n = Data.Train, m = Data.Test, p = Data.Outputs;
        double[] u_S = new double[ArraySize.Of(n, p)], u_Q = new double[ArraySize.Of(m, p)], g = new double[ArraySize.Of(n, p)], w = Trainer.Parameters;
        var tensors = new List<TensorSource> { Jacobian(TensorName.J_S, w, Data.X_S, u_S), Jacobian(TensorName.J_Q, w, Data.X_Q, u_Q) };
        Trainer.Loss.Gradient(u_S, g);
        tensors.Add(new MemoryTensor(TensorName.U_S, u_S, n, p));
        tensors.Add(new MemoryTensor(TensorName.U_Q, u_Q, m, p));
        tensors.Add(new MemoryTensor(TensorName.g, g, n, p));
        tensors.Add(new MemoryTensor(TensorName.Loss, [Trainer.Loss.Value(u_S)], 1));
        if (Trainer.Batch is { } batch) tensors.Add(StreamedTensor.Integers(TensorName.Batch, Array.ConvertAll(batch, i => (long)i)));
        if (Trainer.Preconditioner is { } diagonal) tensors.Add(new MemoryTensor(TensorName.Preconditioner, (double[])diagonal.Clone(), diagonal.Length));
        // A step with weight decay is known only where the parameters are, and only recordings of every step ask for single steps.
        if (Trainer.Optimizer.WeightDecay > 0 && everyStep) tensors.Add(new MemoryTensor(TensorName.w, (double[])w.Clone(), w.Length));
        if (_options.Midpoints && Trainer.Step < _options.Steps)
        {
            var middle = new double[w.Length];
            for (int j = 0; j < w.Length; j++) middle[j] = 0.5 * (w[j] + Trainer.Next[j]);
            tensors.Add(Jacobian(TensorName.J_S_mid, middle, Data.X_S, new double[ArraySize.Of(n, p)]));
            tensors.Add(Jacobian(TensorName.J_Q_mid, middle, Data.X_Q, new double[ArraySize.Of(m, p)]));
        }
        return new Checkpoint(Trainer.Time, Trainer.Step, tensors.ToArray());
    }

    // Kernel blocks leave nothing of either; otherwise what has fewer numbers, unless the options say it.
    private bool Factored(RecordingOptions options)
    {
        if (options.Kernels || options.Factors == FactorRecording.Never) return false;
        long p = Data.Outputs, numbers = Network.JacobianLayers.Sum(l => l.Positions * (l.Inputs + p * l.Outputs));
        return options.Factors == FactorRecording.Always || numbers < p * Network.Parameters;
    }

    private FactoredJacobian Factors(TensorName name, double[] w, double[] x, double[] u)
    {
        int p = Data.Outputs;
        return RecordedFactors.Of(name, Layers!, Trainer.Evaluator.Factors(w, x, u), u.Length / p, p, Tensor);
    }

    private MemoryTensor Tensor(string name, double[] values, long[] shape) => _options.DType == StorageType.Float32 && !_options.Kernels
        ? new MemoryTensor(name, Array.ConvertAll(values, v => (float)v), shape) : new MemoryTensor(name, values, shape);

    // Kernel blocks are formed from float64 Jacobians whatever the stored type of Jacobians would be.
    private TensorSource Jacobian(TensorName name, double[] w, double[] x, double[] u)
    {
        if (Layers is not null) return Factors(name, w, x, u);
        var J = new double[ArraySize.Of(u.Length, w.Length)];
        Trainer.Evaluator.Jacobian(w, x, u, J);
        return Tensor(name, J, [u.Length / Data.Outputs, Data.Outputs, w.Length]);
    }
}
