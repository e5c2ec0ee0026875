using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Consistency;

/// <summary>Recorded steps beside their predictions.</summary>
/// <param name="input">What was read.</param>
/// <param name="rule">How gradients become steps.</param>
/// <param name="midpoints">Whether the finer prediction is Simpson's rule; otherwise it is a cubic through checkpoints, which only tells how far the trapezium
/// may be off, because the chord of a step is not the path through its neighbours.</param>
internal sealed class StepComparison(AnalysisInput input, DescentRule rule, bool midpoints)
{
    // The chord of a step bends at most this many times as much as the path through its neighbours; where J jumps inside a step, twice.
    private const double PathFactor = 3;

    // In fewer outputs than this, what the bend of J and that of the path of steps contribute may cancel throughout a window.
    private const int FewOutputs = 8;

    private readonly RecordedRounding _rounding = new(input);
    private readonly StepBatches? _batches = StepBatches.Of(input.Checkpoints);

    /// <summary>Compares.</summary>
    /// <param name="trapezium">[p_S; p_Q] of every step by the trapezium.</param>
    /// <param name="finer">The same by the finer rule.</param>
    /// <param name="onesided">What a parabola through the checkpoint before differs from the cubic by; null where it was not formed.</param>
    /// <param name="path">With midpoints, what the trapezium differs from the cubic by; null otherwise.</param>
    /// <param name="without">The two steps around checkpoint k without J_k; null where these were not formed.</param>
    public IntervalRecord Of(double[][] trapezium, double[][] finer, double[][]? onesided, double[][]? path, double[][]? without)
    {
        int n = input.TrainSize, count = trapezium.Length;
        var intervals = new IntervalComparison[count];
        double noise = 0;
        for (int k = 0; k < count; k++)
        {
            var (p, other) = midpoints ? (finer[k], trapezium[k]) : (trapezium[k], finer[k]);
            noise = Noise(k, noise);
            double eta = input.Outputs.Times[k + 1] - input.Outputs.Times[k];
            var floors = _rounding.Floors(k, 1, Math.Abs(rule.StepFactor(input.Checkpoints[k].Step, eta)) * noise, 1, eta,
                (VectorMath.Norm(p.AsSpan(0, n)), VectorMath.Norm(p.AsSpan(n))));
            (double Second, double Third) Differences(Range part)
            {
                double second = VectorMath.Distance(other.AsSpan(part), p.AsSpan(part));
                double third = onesided is null ? 0 : 2 * VectorMath.Norm(onesided[k].AsSpan(part));
                // A midpoint that is wrong must not be its own excuse: Simpson's rule differs from the trapezium by what neighbouring checkpoints know of, too.
                return path is null ? (second, third) : (Math.Min(second, PathFactor * (VectorMath.Norm(path[k].AsSpan(part)) + third)), 0);
            }
            var (train, test) = (Differences(..n), Differences(n..));
            if (!midpoints)
            {
                double trained = VectorMath.Norm(p.AsSpan(0, n)), tested = VectorMath.Norm(p.AsSpan(n));
                (train, test) = (Shared(train, trained, n, test.Second, tested), Shared(test, tested, p.Length - n, train.Second, trained));
            }
            intervals[k] = new IntervalComparison(
                SideComparison.Of(Moved(input.Outputs.TrainOutputs, k, k + 1), p.AsSpan(0, n), train, floors.Train),
                SideComparison.Of(Moved(input.Outputs.TestOutputs, k, k + 1), p.AsSpan(n), test, floors.Test));
        }
        IEnumerable<LeftOutCheckpoint> leftOut = without is null ? []
            : Enumerable.Range(1, count - 1).Select(k => LeaveOut(k, trapezium, without[k]));
        double[] lengths = [.. Enumerable.Range(1, count).Select(k => input.Outputs.Times[k] - input.Outputs.Times[k - 1])];
        return new IntervalRecord(intervals, [.. leftOut], midpoints, lengths);
    }

    // A side of few outputs has at least the relative second difference of the other: one step bends the Jacobians of both.
    private static (double Second, double Third) Shared((double Second, double Third) side, double size, int outputs, double otherSecond, double otherSize) =>
        outputs < FewOutputs && otherSize > 0 ? (Math.Max(side.Second, otherSecond * (size / otherSize)), side.Third) : side;

    private LeftOutCheckpoint LeaveOut(int k, double[][] steps, double[] without)
    {
        int n = input.TrainSize;
        var with = new double[without.Length];
        VectorRoutines.Combine(1, steps[k - 1], 1, steps[k], with);
        LeftOutSide Side(double[] recorded, ReadOnlySpan<double> a, ReadOnlySpan<double> b) =>
            new(VectorMath.Norm(recorded), VectorMath.Distance(recorded, a), VectorMath.Distance(recorded, b));
        return new LeftOutCheckpoint(k, Side(Moved(input.Outputs.TrainOutputs, k - 1, k + 1), with.AsSpan(0, n), without.AsSpan(0, n)),
            Side(Moved(input.Outputs.TestOutputs, k - 1, k + 1), with.AsSpan(n), without.AsSpan(n)));
    }

    // ν_k = d ν_{k−1} + c √(Σ K_ii g_i²): the rounding that the buffer has collected.
    private double Noise(int k, double before)
    {
        double[] diagonal = _rounding.Diagonal(k), g = StepBatches.Gradient(_batches, k, input.Outputs.Gradients[k]);
        double sum = 0;
        for (int i = 0; i < g.Length; i++) sum += diagonal[i] * g[i] * g[i];
        long step = input.Checkpoints[k].Step;
        return Math.Abs(rule.DecayAt(step)) * before + (Math.Abs(rule.GainAt(step)) + Math.Abs(rule.FreshAt(step))) * Math.Sqrt(sum);
    }

    private static double[] Moved(IReadOnlyList<double[]> outputs, int from, int to) => VectorMath.Subtract(outputs[to], outputs[from]);
}
