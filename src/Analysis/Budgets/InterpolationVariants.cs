using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>How much the interpolant between checkpoints matters: the same model of g(s) with every second checkpoint left out, and with the other
/// interpolant.</summary>
internal static class InterpolationVariants
{
    private const string TooFew = "fewer than three checkpoints: none can be left out";

    /// <summary>By gradient flow. An estimate that cannot be computed leaves its part of the budget unknown; it does not take the analysis with it.</summary>
    public static Known<IReadOnlyList<PredictionVariant>> Of(AnalysisInput input, KernelTrajectory trajectory, CancellationToken cancellation)
    {
        if (input.Checkpoints.Count < 3) return Unknown(TooFew);
        try
        {
            return Known.Of(Find(input, new LocalFlow(input, trajectory, cancellation)));
        }
        catch (NumericalException e)
        {
            return Unknown($"the flow with other interpolants could not be integrated: {e.Message}");
        }
    }

    public static Prediction? DebugMain;
    public static List<double>? DebugSlow;
    public static List<(string Name, IReadOnlyList<Prediction> Sums, List<(LocalDifference Difference, double Weight)> Items)>? Debug;

    private static IReadOnlyList<PredictionVariant> Find(AnalysisInput input, LocalFlow flow)
    {
        int count = input.Checkpoints.Count;
        var groups = new List<(string Name, List<(LocalDifference Difference, double Weight)> Items)>();
        foreach (int n in (int[])[2, 4])
            foreach (int phase in (int[])[0, 1])
            {
                var merged = MergedIntervals.Groups(count, n, phase);
                if (merged.Count == 0) continue;
                var kept = TrajectoryBuilder.EveryNth(count, n, phase);
                var other = input.Interpolate(kept);
                groups.Add(($"{n}/{phase}", [.. merged.Select(w => (flow.Difference(other, kept, w), 1.0))]));
            }
        if (input.Options.Interpolation.Alternative(input.Kernels, input.AllCheckpoints) is { } alternative)
        {
            int[] all = input.AllCheckpoints;
            groups.Add(("alt", [.. MergedIntervals.Groups(count, 1, 0).Select(w => (flow.Difference(alternative, all, w), 1.0))]));
        }
        var warped = new WarpedTrajectory(flow.Trajectory, flow.Slowing);
        groups.Add(("warp", [.. MergedIntervals.Groups(count, 1, 0).Select(w => (flow.Difference(warped, input.AllCheckpoints, w), 1.0))]));
        var main = new Prediction(Enumerable.Range(0, count).ToDictionary(k => k, k => flow.Gradients[k]), Total(flow.Train), Total(flow.Test), 0);
        var carried = CarriedDifferences.Carry(flow, main, [.. groups.Select(g => g.Items)], flow.Trajectory.Beta is null ? input.Outputs.Hessians : null);
        DebugMain = main;
        DebugSlow = flow.Slowing;
        Debug = [.. groups.Select((g, i) => (g.Name, carried[i], g.Items))];
        return [.. carried.SelectMany(c => c).Select(p => new PredictionVariant(p, 1))];
    }

    private static double[] Total(IReadOnlyList<double[]> parts)
    {
        var sum = new double[parts[0].Length];
        foreach (var part in parts) VectorRoutines.Axpy(1, part, sum);
        return sum;
    }

    private static Known<IReadOnlyList<PredictionVariant>> Unknown(string reason) => Known.Unknown<IReadOnlyList<PredictionVariant>>(reason);
}
