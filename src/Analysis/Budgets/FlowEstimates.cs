using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>What is known of a flow as vectors, before its operators are formed.</summary>
/// <param name="trajectory">The model under test.</param>
/// <param name="found">The estimates, once they are there.</param>
internal sealed class FlowEstimates(KernelTrajectory trajectory, Pending<VectorEstimates> found)
{
    // Of differences of a relative size of RoughFrom or more, which count for twice what they are, not more than 10 % is lost when vectors are carried to
    // Rough.
    private const double Rough = 1e-4, RoughFrom = 1e-3;

    /// <summary>The model under test.</summary>
    public KernelTrajectory Trajectory => trajectory;

    /// <summary>The recorded steps on it, or why they cannot be replayed.</summary>
    public Known<Prediction> Replay => found.Value.Replay;

    /// <summary>How far interpolation may be off, or why that is not known.</summary>
    public Known<InterpolationEstimate> Interpolation => found.Value.Interpolation;

    /// <summary>Starts both.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="trajectory">The model under test.</param>
    /// <param name="second">Where they are made.</param>
    /// <param name="operators">Whether operators are formed as well: otherwise the prediction itself is taken from here, to the tolerance that was asked
    /// for.</param>
    /// <param name="steps">Steps that were frozen for the model under test, along which others are carried; null where there are none.</param>
    public static FlowEstimates Start(AnalysisInput input, KernelTrajectory trajectory, SideThread second, bool operators, FlowSweep? steps = null) =>
        new(trajectory, second.Run(stop => WorkSpans.In("interpolation variants", () => Estimate(input, trajectory, second, operators, steps, stop))));

    // With a tolerance that was asked for the operators are formed at the same time; otherwise they wait for this.
    private static VectorEstimates Estimate(AnalysisInput input, KernelTrajectory trajectory, SideThread second, bool operators, FlowSweep? steps,
        CancellationToken stop)
    {
        double? asked = input.Options.RelativeTolerance.Value;
        double fine = Math.Max(asked ?? 0, LocalFlow.Tolerance);
        var threads = VariantThreads.Beside(second, input.Backend);
        Known<Prediction>? replay = null;
        if (fine < Rough && (operators || asked is null))
        {
            var rough = InterpolationVariants.Of(input, trajectory, null, Rough, threads, steps, stop);
            if (rough.Interpolation.TryGet(out var estimate) && BudgetTolerance.Smallest(input, estimate, rough.Replay).Part >= RoughFrom) return rough;
            replay = rough.Replay;
        }
        return InterpolationVariants.Of(input, trajectory, replay, fine, threads, steps, stop);
    }
}

/// <summary>What was carried as vectors.</summary>
/// <param name="Replay">The recorded steps on the model under test, or why they cannot be replayed.</param>
/// <param name="Interpolation">How far interpolation may be off, or why that is not known.</param>
internal sealed record VectorEstimates(Known<Prediction> Replay, Known<InterpolationEstimate> Interpolation);
