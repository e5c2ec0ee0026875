using KernelFlow.Analysis.Cache;
using KernelFlow.Integrators;
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
    /// <param name="steps">The recorded steps on it, or why they cannot be replayed; null where they were not replayed yet.</param>
    /// <param name="tolerance">Relative error to which vectors are carried.</param>
    /// <param name="threads">How many models are carried at the same time.</param>
    /// <param name="frozen">Steps that were frozen for the model under test, along which others are carried; null where there are none.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    /// <returns>The recorded steps on the model under test, and the estimate.</returns>
    public static VectorEstimates Of(AnalysisInput input, KernelTrajectory trajectory, Known<Prediction>? steps, double tolerance, VariantThreads threads,
        FlowSweep? frozen, CancellationToken cancellation)
    {
        VectorEstimates Without(string reason) =>
            new(steps ?? StoredReplays.Of(input, trajectory, cancellation), Known.Unknown<InterpolationEstimate>(reason));
        if (input.Checkpoints.Count < 3) return Without(TooFew);
        try
        {
            var flow = new LocalFlow(input, trajectory, tolerance, cancellation, kept: true, frozen);
            var speeds = Memo.Vectors(input.Cache, c => c.WholeKey("speeds", ("tolerance", tolerance)), () =>
            {
                var (sooner, later) = Speeds.Of(input, flow);
                return [sooner, later];
            })!;
            var (early, late) = (speeds[0], speeds[1]);
            var straight = trajectory as InterpolatedTrajectory;
            double[] Hurry(IReadOnlySet<int> leftOut) => Rates(input, early, leftOut);
            Known<Prediction>? hurried = null;
            if (steps is null && straight is not null)
            {
                // Together: what both paths are made of is read once.
                var both = StoredReplays.Of(input, straight, [null, Hurry(input.FailingIntervals)], cancellation);
                (steps, hurried) = (both[0], both[1]);
            }
            var main = steps ??= StoredReplays.Of(input, trajectory, cancellation);
            Known<IReadOnlyList<Prediction>> Replay(IReadOnlySet<int> leftOut) => straight is null || !main.TryGet(out var replayed)
                ? Known.Of<IReadOnlyList<Prediction>>([])
                : Hurried(input, replayed, hurried is { } first && leftOut.SetEquals(input.FailingIntervals)
                    ? first : StoredReplays.Of(input, straight, [Hurry(leftOut)], cancellation)[0]);
            var sooner = Replay(input.FailingIntervals);
            OtherModel[] others = [.. Thinned(input), .. Others(input, flow, early, late)];
            var groups = Groups(flow, others, threads, cancellation);
            if (!sooner.IsKnown) return Without(sooner.Reason!);
            var parts = new EstimateParts(flow, groups, leftOut => leftOut.SetEquals(input.FailingIntervals) ? sooner : Replay(leftOut),
                input.Outputs.Times, trajectory.Beta is null ? input.Outputs.Hessians : null,
                IsCubic(input) ? 3 : 2, Margin(input));
            return new VectorEstimates(main, Known.Of(InterpolationEstimate.Of(parts, input.FailingIntervals)));
        }
        catch (NumericalException e)
        {
            return Without($"the flow with other interpolants could not be integrated: {e.Message}");
        }
    }

    // Models of the same intervals go through them together; the intervals are independent of one another.
    private static DifferenceGroup[] Groups(LocalFlow flow, OtherModel[] others, VariantThreads threads, CancellationToken cancellation)
    {
        LocalDifference[][] found = [.. others.Select(o => new LocalDifference[o.Where.Count])];
        var work = new List<(int[] Models, int At)>();
        foreach (var same in others.Index().GroupBy(o => o.Item.Kept, ReferenceEqualityComparer.Instance))
            for (int j = 0; j < same.First().Item.Where.Count; j++) work.Add(([.. same.Select(o => o.Index)], j));
        // In order of time: what neighbours share need not be read again.
        work.Sort((a, b) => (others[a.Models[0]].Where[a.At].First, a.Models[0]).CompareTo((others[b.Models[0]].Where[b.At].First, b.Models[0])));
        void Do(int w)
        {
            var (models, at) = work[w];
            var one = others[models[0]];
            var differences = flow.Differences([.. models.Select(i => others[i].Trajectory)], one.Kept, one.Where[at]);
            for (int i = 0; i < models.Length; i++) found[models[i]][at] = differences[i];
        }
        int[] counts = [.. others.Select(o => o.Where.Count)];
        var vectors = Memo.Vectors(flow.Cache, c => c.WholeKey("differences", ("tolerance", flow.CarriedTo), ("counts", string.Join(" ", counts))), () =>
        {
            threads.Run(work.Count, Do, cancellation);
            return [.. found.SelectMany(f => f).SelectMany(d => (double[][])[d.Gradient, d.Train, d.Test])];
        })!;
        // The same vectors, whether they were computed or read.
        int at = 0;
        for (int m = 0; m < others.Length; m++)
            for (int j = 0; j < counts[m]; j++, at += 3) found[m][j] = new LocalDifference(others[m].Where[j], vectors[at], vectors[at + 1], vectors[at + 2]);
        return [.. others.Select((o, i) => new DifferenceGroup(found[i], o.Merged, o.Phase, o.Weights, o.Reach))];
    }

    private static double Margin(AnalysisInput input) =>
        (input.Kernels.InterpolatesJacobian ? Safety : SafetyOfKernels) * (EdgeOfStability.IsNear(input) ? SafetyNearEdge : 1);

    private static bool IsCubic(AnalysisInput input) => input.Options.Interpolation == Interpolation.Cubic;

    private static IEnumerable<OtherModel> Thinned(AnalysisInput input)
    {
        int count = input.Checkpoints.Count;
        foreach (int merged in (int[])[2, 4])
            for (int phase = 0; phase < 2; phase++)
            {
                var where = MergedIntervals.Groups(count, merged, phase);
                if (where.Count == 0) continue;
                var kept = TrajectoryBuilder.EveryNth(count, merged, phase);
                yield return new OtherModel(input.Interpolate(kept), kept, where, merged, phase, [.. where.Select(_ => 1.0)], IsCubic(input) ? merged : 0);
            }
    }

    private static IEnumerable<OtherModel> Others(AnalysisInput input, LocalFlow flow, double[] early, double[] late)
    {
        int[] all = input.AllCheckpoints;
        var where = MergedIntervals.Groups(all.Length, 1, 0);
        int reach = input.Kernels.HasJacobians ? 1 : 0;
        OtherModel Model(KernelTrajectory other, Func<int, double> weight) => new(other, all, where, 1, 0, [.. where.Select((_, k) => weight(k))], reach);
        if (input.Options.Interpolation.Alternative(input.Kernels, all) is { } alternative) yield return Model(alternative, _ => 1);
        if (flow.Trajectory is not InterpolatedTrajectory straight) yield break;
        foreach (double[] rates in (double[][])[early, late])
            yield return Model(straight.AtSpeeds(rates), k => IsCubic(input) ? Math.Min(1, Math.Abs(rates[k]) / FollowedByCubic) : 1);
    }

    private static double[] Rates(AnalysisInput input, double[] early, IReadOnlySet<int> leftOut) =>
        [.. early.Select((c, k) => leftOut.Contains(k) ? 0 : IsCubic(input) ? c * Math.Min(1, c / FollowedByCubic) : c)];

    // The recorded steps may see more of a path that is gone through early than the flow does: near the edge of stability they swing for long.
    private static Known<IReadOnlyList<Prediction>> Hurried(AnalysisInput input, Prediction main, Known<Prediction> early)
    {
        if (!early.TryGet(out var found))
            return Known.Unknown<IReadOnlyList<Prediction>>($"with the path between checkpoints gone through early {early.Reason}");
        double start = VectorMath.Norm(input.StartGradient);
        var difference = found.Minus(main);
        if (difference.Gradients.Values.Any(g => VectorMath.Norm(g) > Diverged * start))
            return Known.Unknown<IReadOnlyList<Prediction>>("with the path between checkpoints gone through early the recorded steps diverge");
        double train = VectorMath.Norm(difference.Train), end = VectorMath.Norm(main.Gradients[input.Checkpoints.Count - 1]);
        double gradient = VectorMath.Norm(difference.Gradients[input.Checkpoints.Count - 1]);
        return Known.Of<IReadOnlyList<Prediction>>([difference with { LossChange = Math.Max(Math.Abs(difference.LossChange),
            (end + 0.5 * gradient) * train) }]);
    }

    // One other model: its trajectory, the checkpoints it has for knots, the intervals it is asked for, and what a group of differences keeps of it.
    private sealed record OtherModel(KernelTrajectory Trajectory, IReadOnlyList<int> Kept, IReadOnlyList<MergedIntervals> Where, int Merged, int Phase,
        IReadOnlyList<double> Weights, int Reach);
}
