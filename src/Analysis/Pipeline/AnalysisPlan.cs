using KernelFlow.Analysis.MatrixFree;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>What is to be done with a run, decided before anything large is read.</summary>
/// <param name="Checkpoints">The window.</param>
/// <param name="Mode">Flow or descent.</param>
/// <param name="ModeReason">Why, where the mode was left to the tool.</param>
/// <param name="Exact">Whether every step was recorded and descent needs no interpolant.</param>
/// <param name="Options">The options of the analysis.</param>
/// <param name="Backend">The dense linear algebra to use.</param>
internal sealed record AnalysisPlan(CheckpointSequence Checkpoints, AnalysisMode Mode, string? ModeReason, bool Exact, AnalysisOptions Options, Backend Backend)
{
    /// <summary>Resolves what was left to the tool and refuses what cannot be done.</summary>
    /// <exception cref="ArgumentException">Names the option.</exception>
    /// <exception cref="InvalidRunException">The run is too large.</exception>
    public static AnalysisPlan Of(CheckpointSequence run, AnalysisOptions options)
    {
        var checkpoints = run.Window(options.From, options.To);
        if (SolverChoice.Resolve(checkpoints, options) is { } why) return MatrixFree(checkpoints, options, why);
        DenseLimit.Require(run);
        SolverChoice.RequireFits(checkpoints, options);
        var backend = options.Backend ?? Backend.ResolveFor(checkpoints.TrainSize + checkpoints.TestSize);
        var (mode, reason) = ModeChoice.Resolve(checkpoints, options);
        bool exact = IsExact(checkpoints, mode);
        if (options.IsByInterval && mode == AnalysisMode.Descent && checkpoints.Optimizer is { Rule.HasBuffer: true, Kind: var kind })
            throw new ArgumentException($"by interval: with {kind} a step depends on all gradients before, so that an interval has no operators of its own; "
                + "leave out --by-interval, --windows and --cache.");
        _ = Intervals.WindowBuilder.Where(checkpoints, options);
        if (options.Extent == AnalysisExtent.Whole) SpectrumSolver.Check(checkpoints, options, mode, exact);
        if (options.Reduction.IsAsked && mode != AnalysisMode.Flow)
            throw RangeDecision.Refused("recorded steps do not follow the flow that the bound of truncation is proved for");
        return new AnalysisPlan(checkpoints, mode, reason, exact, options, backend);
    }

    /// <summary>Why nothing N×N is formed; null where it is.</summary>
    public string? Applied { get; init; }

    private static AnalysisPlan MatrixFree(CheckpointSequence checkpoints, AnalysisOptions options, string why)
    {
        var backend = options.Backend ?? Backend.ResolveFor(checkpoints.TrainSize + checkpoints.TestSize);
        if (options.Interpolation.Obstacle(checkpoints) is { } obstacle) throw new ArgumentException($"interpolation: {obstacle}.");
        string? reason = options.Mode == AnalysisMode.Auto ? "matrix-free analyses integrate the flow" : null;
        SpectrumSolver.Check(checkpoints, options, AnalysisMode.Flow, exact: false);
        return new AnalysisPlan(checkpoints, AnalysisMode.Flow, reason, false, options, backend) { Applied = why };
    }

    /// <summary>Whether every step was recorded and they themselves are followed: then kernels of single checkpoints are all that is read.</summary>
    public static bool IsExact(CheckpointSequence checkpoints, AnalysisMode mode) =>
        mode == AnalysisMode.Descent && DescentSupport.Check(checkpoints).Possible;

    /// <summary>Reads outputs and forms the kernels that the model needs.</summary>
    public AnalysisInput Read(StageProgress stages, CancellationToken cancellation)
    {
        using var span = WorkSpans.Begin("reading");
        var reading = stages.Begin("reading");
        var outputs = OutputRecord.Read(Checkpoints);
        var cache = Cache.RunCache.Of(Checkpoints, Options, Backend);
        var forming = new KernelForming(Options.KernelRows, Options.Kernels ?? (cache is null ? null : new Cache.CachedKernels(cache)))
        {
            Windows = Intervals.WindowBuilder.Where(Checkpoints, Options),
        };
        var kernels = Applied is not null
            ? TrajectoryBuilder.ReadApplied(Checkpoints, outputs, Backend, MatrixFreePlan.Kept(Options), reading, cancellation)
            : Exact
            ? TrajectoryBuilder.ReadCheckpoints(Checkpoints, outputs, Backend, reading, cancellation, forming)
            : TrajectoryBuilder.Read(Checkpoints, outputs, Backend, reading, cancellation, Options.Interpolation.NeedsDistantProducts, forming);
        return new AnalysisInput(Checkpoints, outputs, kernels, Options, Backend)
        {
            Cache = cache,
            OutsideTheory = RecordingChecks.OutsideTheory(Checkpoints) ?? DecaySetting.Obstacle(Checkpoints, Exact),
        };
    }

    /// <summary>Forms P, W_S, G_S and G_Q.</summary>
    public RunModel Integrate(AnalysisInput input, SideThread second, Action<double> progress, CancellationToken cancellation)
    {
        if (Mode == AnalysisMode.Flow) return FlowModel.Build(input, second, progress, cancellation);
        DescentModel descent = Exact ? ExactDescentModel.Build(input, progress, cancellation)
            : InterpolatedDescentModel.Build(input, second, progress, cancellation);
        return Options.RelativeTolerance.Value is { } asked ? descent with { RelativeTolerance = asked } : descent;
    }
}
