using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>What is known of a flow as vectors, before its operators are formed.</summary>
/// <param name="Trajectory">The model under test.</param>
/// <param name="Replay">The recorded steps on it, or why they cannot be replayed.</param>
/// <param name="Interpolation">How far interpolation may be off, or why that is not known.</param>
internal sealed record FlowEstimates(KernelTrajectory Trajectory, Pending<Known<Prediction>> Replay, Pending<Known<InterpolationEstimate>> Interpolation)
{
    // Of differences of a relative size of RoughFrom or more, which count for twice what they are, not more than 10 % is lost when vectors are carried to
    // Rough.
    private const double Rough = 1e-4, RoughFrom = 1e-3;

    /// <summary>Starts both.</summary>
    public static FlowEstimates Start(AnalysisInput input, KernelTrajectory trajectory, SideThread second)
    {
        var replay = second.Run(stop => WorkSpans.In("replayed steps",
            () => DescentOnInterpolant.Replay(trajectory, input.Checkpoints, input.Outputs, stop)));
        return new FlowEstimates(trajectory, replay, second.Run(stop => WorkSpans.In("interpolation variants",
            () => Estimate(input, trajectory, replay.Value, second, stop))));
    }

    // With a tolerance that was asked for the operators are formed at the same time; otherwise they wait for this, and it may use all threads.
    private static Known<InterpolationEstimate> Estimate(AnalysisInput input, KernelTrajectory trajectory, Known<Prediction> replay, SideThread second,
        CancellationToken stop)
    {
        if (input.Options.RelativeTolerance.Value is { } asked)
            return InterpolationVariants.Of(input, trajectory, replay, Math.Max(asked, LocalFlow.Tolerance), 1, stop);
        int threads = second.Threads + 1;
        var rough = InterpolationVariants.Of(input, trajectory, replay, Rough, threads, stop);
        return rough.TryGet(out var estimate) && BudgetTolerance.Smallest(input, estimate, replay).Part >= RoughFrom
            ? rough : InterpolationVariants.Of(input, trajectory, replay, LocalFlow.Tolerance, threads, stop);
    }
}
