using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>How much the interpolant between checkpoints matters: the flow of g(s) with every second and every fourth checkpoint left out, with the other
/// interpolant, and with the path between checkpoints gone through early or late, interval by interval.</summary>
internal static class InterpolationVariants
{
    private const string TooFew = "fewer than three checkpoints: none can be left out";

    // Steps that leave so much more of the gradient than there was at the start have diverged, whether they overflow or not.
    private const double Diverged = 10;

    // Errors come out at the largest difference and half of it more where they are largest. Kernels without cross blocks do not show ΔJΔJᵀ, by which K linear
    // in t exceeds J Jᵀ: half as much again.
    private const double Safety = 2, SafetyOfKernels = 4.5, SafetyNearEdge = 2;

    // A cubic interpolant follows a speed that changes little; of what it misses when c is 1 a third is left at most.
    private const double FollowedByCubic = 3;

    /// <summary>An estimate that cannot be computed leaves its part of the budget unknown; it does not take the analysis with it.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="trajectory">The model under test.</param>
    /// <param name="steps">The recorded steps on it, where they can be replayed.</param>
    /// <param name="tolerance">Relative error to which vectors are carried.</param>
    /// <param name="threads">How many models are carried at the same time.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static Known<InterpolationEstimate> Of(AnalysisInput input, KernelTrajectory trajectory, Known<Prediction> steps, double tolerance, int threads,
        CancellationToken cancellation)
    {
        if (input.Checkpoints.Count < 3) return Known.Unknown<InterpolationEstimate>(TooFew);
        try
        {
            var flow = new LocalFlow(input, trajectory, tolerance, cancellation);
            var (early, late) = Speeds.Of(input, flow);
            Func<DifferenceGroup>[] others = [.. Thinned(input, flow), .. Others(input, flow, early, late)];
            var groups = new DifferenceGroup[others.Length];
            if (threads == 1) for (int g = 0; g < groups.Length; g++) groups[g] = others[g]();
            else Beside(others.Length, threads, g => groups[g] = others[g](), cancellation);
            Known<IReadOnlyList<Prediction>> Replay(IReadOnlySet<int> leftOut) =>
                Replayed(input, trajectory, steps, [.. early.Select((c, k) => leftOut.Contains(k) ? 0 : c)], cancellation);
            var replayed = Replay(input.FailingIntervals);
            if (!replayed.IsKnown) return Known.Unknown<InterpolationEstimate>(replayed.Reason!);
            var parts = new EstimateParts(flow, groups, leftOut => leftOut.SetEquals(input.FailingIntervals)
                ? replayed : Replay(leftOut), input.Outputs.Times, trajectory.Beta is null ? input.Outputs.Hessians : null,
                IsCubic(input) ? 3 : 2, Margin(input));
            return Known.Of(InterpolationEstimate.Of(parts, input.FailingIntervals));
        }
        catch (NumericalException e)
        {
            return Known.Unknown<InterpolationEstimate>($"the flow with other interpolants could not be integrated: {e.Message}");
        }
    }

    // A failure is told as it is where there is one thread.
    private static void Beside(int count, int threads, Action<int> work, CancellationToken cancellation)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, work);
        }
        catch (AggregateException e)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private static double Margin(AnalysisInput input) =>
        (input.Kernels.InterpolatesJacobian ? Safety : SafetyOfKernels) * (EdgeOfStability.IsNear(input) ? SafetyNearEdge : 1);

    private static bool IsCubic(AnalysisInput input) => input.Options.Interpolation == Interpolation.Cubic;

    private static IEnumerable<Func<DifferenceGroup>> Thinned(AnalysisInput input, LocalFlow flow)
    {
        int count = input.Checkpoints.Count;
        foreach (int merged in (int[])[2, 4])
            for (int phase = 0; phase < 2; phase++)
            {
                var where = MergedIntervals.Groups(count, merged, phase);
                if (where.Count == 0) continue;
                var kept = TrajectoryBuilder.EveryNth(count, merged, phase);
                var other = input.Interpolate(kept);
                var (group, begin) = (merged, phase);
                yield return () => new DifferenceGroup([.. where.Select(w => flow.Difference(other, kept, w))], group, begin, [.. where.Select(_ => 1.0)],
                    IsCubic(input) ? group : 0);
            }
    }

    private static IEnumerable<Func<DifferenceGroup>> Others(AnalysisInput input, LocalFlow flow, double[] early, double[] late)
    {
        int[] all = input.AllCheckpoints;
        var where = MergedIntervals.Groups(all.Length, 1, 0);
        int reach = input.Kernels.HasJacobians ? 1 : 0;
        Func<DifferenceGroup> Group(KernelTrajectory other, Func<int, double> weight) =>
            () => new([.. where.Select(w => flow.Difference(other, all, w))], 1, 0, [.. where.Select((_, k) => weight(k))], reach);
        if (input.Options.Interpolation.Alternative(input.Kernels, all) is { } alternative) yield return Group(alternative, _ => 1);
        if (flow.Trajectory is not InterpolatedTrajectory straight) yield break;
        foreach (double[] rates in (double[][])[early, late])
            yield return Group(straight.AtSpeeds(rates), k => IsCubic(input) ? Math.Min(1, Math.Abs(rates[k]) / FollowedByCubic) : 1);
    }

    // The recorded steps may see more of a path that is gone through early than the flow does: near the edge of stability they swing for long.
    private static Known<IReadOnlyList<Prediction>> Replayed(AnalysisInput input, KernelTrajectory trajectory, Known<Prediction> steps, double[] early,
        CancellationToken cancellation)
    {
        if (!steps.TryGet(out var main) || trajectory is not InterpolatedTrajectory straight) return Known.Of<IReadOnlyList<Prediction>>([]);
        double[] rates = IsCubic(input) ? [.. early.Select(c => c * Math.Min(1, c / FollowedByCubic))] : early;
        var other = DescentOnInterpolant.Replay(straight.AtSpeeds(rates), input.Checkpoints, input.Outputs, cancellation);
        if (!other.TryGet(out var found))
            return Known.Unknown<IReadOnlyList<Prediction>>($"with the path between checkpoints gone through early {other.Reason}");
        double start = VectorMath.Norm(input.StartGradient);
        var difference = found.Minus(main);
        if (difference.Gradients.Values.Any(g => VectorMath.Norm(g) > Diverged * start))
            return Known.Unknown<IReadOnlyList<Prediction>>("with the path between checkpoints gone through early the recorded steps diverge");
        double train = VectorMath.Norm(difference.Train), end = VectorMath.Norm(main.Gradients[input.Checkpoints.Count - 1]);
        double gradient = VectorMath.Norm(difference.Gradients[input.Checkpoints.Count - 1]);
        return Known.Of<IReadOnlyList<Prediction>>([difference with { LossChange = Math.Max(Math.Abs(difference.LossChange),
            (end + 0.5 * gradient) * train) }]);
    }
}
