namespace KernelFlow.Validation.Coupling;

/// <summary>One training to record and analyse.</summary>
/// <param name="Id">Folder of the recording and key of its rows.</param>
/// <param name="Recording">What is trained and when it is recorded.</param>
internal sealed record CouplingRun(string Id, RecordingOptions Recording)
{
    /// <summary>Units of the hidden layers.</summary>
    public string Width => string.Join(",", Recording.Layers);

    /// <summary>The same training from another seed; the id says which when it differs by more than the experiment's own.</summary>
    /// <param name="seed">Seed of the experiment.</param>
    public CouplingRun From(long seed) => this with { Recording = Recording with { Seed = Recording.Seed + seed } };
}

/// <summary>The trainings of the table: two losses, two widths, sparse checkpoints of a flow and every step of a descent, kernels that hardly move
/// and kernels that move by many times their size.</summary>
internal static class CouplingRuns
{
    private static readonly RecordingOptions s_squared = new() { Train = 40, Test = 30, Noise = 0.1, Steps = 1500, Checkpoints = 20 };

    private static readonly RecordingOptions s_classes = new()
    {
        Train = 20, Test = 12, Outputs = 3, Loss = LossKind.SoftmaxCrossEntropy, LearningRate = 0.1, Steps = 400, Checkpoints = 28,
    };

    /// <summary>For continuous integration.</summary>
    public static IReadOnlyList<CouplingRun> Quick { get; } =
    [
        new("squared-64-lazy", Lazy(s_squared, 2).Wide(64)),
        new("squared-16-lazy", (Lazy(s_squared, 1) with { LearningRate = 0.1 }).Wide(16)),
        new("squared-16", s_squared.Wide(16)),
        new("squared-64", s_squared.Wide(64)),
        new("squared-16-deep", (s_squared with { Steps = 2000, Checkpoints = 24 }).Wide(16, 16)),
        new("classes-64-lazy", Lazy(s_classes, 1.5).Wide(64)),
        new("classes-16", s_classes.Wide(16)),
        new("classes-64", s_classes.Wide(64)),
        new("classes-16-deep", (s_classes with { Scale = 0.6, Checkpoints = 64 }).Wide(16, 16)),
        new("squared-64-lazy-steps", EveryStep(Lazy(s_squared, 1.5), 0.2).Wide(64)),
        new("squared-16-steps", EveryStep(s_squared, 0.2).Wide(16)),
        new("squared-64-steps", (EveryStep(s_squared, 0.2) with { Scale = 0.4 }).Wide(64)),
        new("classes-16-steps", EveryStep(s_classes, 0.4).Wide(16)),
        new("classes-64-steps", EveryStep(s_classes, 0.4).Wide(64)),
        new("classes-16-deep-steps", (EveryStep(s_classes, 0.5) with { Scale = 0.6, Steps = 120 }).Wide(16, 16)),
    ];

    /// <summary>The quick ones from three seeds, and larger ones: more examples, all ten digits, a width of 256.</summary>
    public static IReadOnlyList<CouplingRun> Full { get; } =
    [
        .. Enumerable.Range(0, 3)
            .SelectMany(seed => Quick.Select(run => seed == 0 ? run : run.From(seed) with { Id = FormattableString.Invariant($"{run.Id}-{seed + 1}") })),
        new("squared-24-large", (s_squared with { Train = 100, Test = 60, Noise = 0.2, Steps = 3000, Checkpoints = 28 }).Wide(24, 24)),
        new("squared-256-large", (s_squared with { Train = 100, Test = 60 }).Wide(256)),
        new("digits-64-large", (s_classes with { Train = 30, Test = 20, Outputs = 10, Checkpoints = 30 }).Wide(64)),
    ];

    // The kernel of this parametrisation stands still at infinite width, and large initial weights make the outputs large beside what training changes.
    private static RecordingOptions Lazy(RecordingOptions options, double scale) =>
        options with { Parametrisation = Parametrisation.Ntk, Scale = scale, Steps = 400, Checkpoints = 18 };

    private static RecordingOptions EveryStep(RecordingOptions options, double rate) => options with
    {
        Train = options.Outputs is null ? 24 : 16, Test = options.Outputs is null ? 16 : 10, LearningRate = rate, Steps = 100,
            Schedule = CheckpointSchedule.EveryStep, Midpoints = true,
    };

    private static RecordingOptions Wide(this RecordingOptions options, params int[] widths) => options with { Layers = [.. widths.Select(LayerSpec.Dense)] };
}
