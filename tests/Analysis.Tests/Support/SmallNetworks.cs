namespace KernelFlow.Analysis.Tests.Support;

/// <summary>Small networks trained and recorded in memory, and what may be done to the recordings.</summary>
internal static class SmallNetworks
{
    /// <summary>GELU, three classes, every step with midpoints: N = 36, M = 18, kernel drift 9.</summary>
    public static RecordingOptions EveryStep { get; } = new()
    {
        Train = 12, Test = 6, Outputs = 3, Loss = LossKind.SoftmaxCrossEntropy, Layers = [LayerSpec.Dense(10)], Activation = ActivationKind.Gelu, Steps = 60,
            LearningRate = 0.8,
        Schedule = CheckpointSchedule.EveryStep, Midpoints = true, DType = StorageType.Float64,
    };

    /// <summary>Digit parity with label noise on two hidden layers, geometric checkpoints: the demo, smaller. Kernel drift 5 to 11.</summary>
    public static RecordingOptions Parity { get; } = new() { Train = 30, Test = 20, Noise = 0.2, Layers = [LayerSpec.Dense(12), LayerSpec.Dense(12)],
        Steps = 1500, Checkpoints = 20 };

    /// <summary>Four classes, kernel blocks on a uniform grid, mild.</summary>
    public static RecordingOptions MildKernels { get; } = new()
    {
        Train = 12, Test = 6, Outputs = 4, Loss = LossKind.SoftmaxCrossEntropy, Layers = [LayerSpec.Dense(10)], Steps = 200,
            Schedule = CheckpointSchedule.Uniform, Checkpoints = 24, Kernels = true,
    };

    public static CheckpointSequence Record(RecordingOptions options) => Recorder.InMemory(options, TestRuns.Managed);

    /// <summary>A run with every tensor as <paramref name="edit"/> gives it back (null: left out), and other times.</summary>
    public static CheckpointSequence Edit(CheckpointSequence run, Func<int, TensorSource, TensorSource?> edit, double time = 1) =>
        new(run.Select((c, k) => c with
    {
        Time = time * c.Time,
        Tensors = c.Tensors.Values.Select(t => edit(k, t)).OfType<TensorSource>().ToDictionary(t => t.Name),
    }), run.Loss) { Optimizer = run.Optimizer };

    /// <summary>A tensor with other values.</summary>
    public static TensorSource Map(TensorSource tensor, Func<double[], double[]> values) =>
        new MemoryTensor(tensor.Name, values(tensor.ReadAll()), [.. tensor.Shape]);

    public static CheckpointSequence WithoutMidpoints(CheckpointSequence run) =>
        Edit(run, (_, t) => t.Name.EndsWith("_mid", StringComparison.Ordinal) ? null : t);

    /// <summary>Kernel blocks without cross blocks: K itself is linear between checkpoints.</summary>
    public static CheckpointSequence WithoutCrossBlocks(CheckpointSequence run) =>
        Edit(run, (_, t) => t.Name.EndsWith("_next", StringComparison.Ordinal) ? null : t);

    /// <summary>Every so many checkpoints, with the last one.</summary>
    public static CheckpointSequence Every(this CheckpointSequence run, int step) =>
        run.Subset(Enumerable.Range(0, run.Count).Where(k => k % step == 0 || k == run.Count - 1));
}
