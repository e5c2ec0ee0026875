using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>How fast the parameters may slow down or speed up within an interval, where an interpolant in time takes them to move evenly.</summary>
/// <remarks>
/// The parameters move at the speed ‖J_Sᵀg‖. Where it falls as e^{−cθ} over an interval, the path is gone through as φ(θ) = (1 − e^{−cθ})/(1 − e^{−c}). c
/// follows
/// from where the speed starts, from its mean square and from where it ends; the largest counts. A kernel that grows by a factor R within an interval
/// may have grown exponentially, which is c = −½ ln R for J, or at once. All of it is bounded by what the recording shows: where J (or K, for kernel blocks)
/// moves by a velocity v₁ in one interval and v₂ in the next, ‖v₁ − v₂‖/(‖v₁‖ + ‖v₂‖) is tanh ½c for an exponential, and nothing for a path that is
/// straight in t.
/// </remarks>
internal static class Speeds
{
    // A path that is gone through in a hundredth of the interval is one that is gone through at once.
    private const double Steepest = 100;

    // Neighbouring intervals may show less of a change of speed than the interval itself has.
    private const double Hidden = 2;

    private const int Piece = 512; // numbers whose velocities stay in the first-level cache

    /// <summary>c for every interval, if the parameters move early in it and if they move late.</summary>
    public static (double[] Early, double[] Late) Of(AnalysisInput input, LocalFlow flow)
    {
        int intervals = flow.Trajectory.Intervals;
        double[] early = new double[intervals], late = new double[intervals];
        double power = input.Kernels.InterpolatesJacobian ? 0.5 : 1;
        double[] energy = new double[intervals + 1], trace = new double[intervals + 1], bend = new double[intervals + 1];
        // All of a checkpoint while its kernels are at hand: those of a large run are read whenever they are wanted.
        for (int k = 0; k <= intervals; k++)
        {
            (energy[k], trace[k]) = (Energy(input, k, flow.Gradients[k]), Trace(input, k));
            if (k > 1) bend[k - 1] = Bend(input, flow.Trajectory.Knots, k - 1);
        }
        for (int k = 0; k < intervals; k++)
        {
            double mean = flow.Dissipated[k] / (flow.Trajectory.Knots[k + 1] - flow.Trajectory.Knots[k]) / energy[k];
            double growth = power * Math.Abs(Finite(Math.Log(trace[k + 1] / trace[k])));
            double slowing = Math.Max(Rate(mean), 0.5 * Finite(Math.Log(energy[k] / energy[k + 1])));
            double visible = Math.Min(Steepest, Hidden * Math.Max(bend[k], bend[k + 1]));
            early[k] = Math.Min(visible, Math.Max(slowing, growth));
            late[k] = -Math.Min(visible, growth);
        }
        return (early, late);
    }

    // c from the change of velocity at a checkpoint.
    private static double Bend(AnalysisInput input, IReadOnlyList<double> times, int k)
    {
        double h = times[k] - times[k - 1], next = times[k + 1] - times[k];
        if (Products(input.Kernels, k) is not { } p) return OfKernels(input, k, h, next);
        // ‖v‖², ‖w‖² and ⟨v, w⟩ of v = (J_k − J_{k−1})/h and w = (J_{k+1} − J_k)/h'.
        double v = (p.BB - 2 * p.AB + p.AA) / (h * h), w = (p.CC - 2 * p.BC + p.BB) / (next * next), vw = (p.BC - p.BB - p.AC + p.AB) / (h * next);
        return Rate(v - 2 * vw + w, v, w);
    }

    private static (double AA, double BB, double CC, double AB, double BC, double AC)? Products(TrajectoryBuilder kernels, int k) =>
        kernels.InnerProduct(k - 1, k - 1) is { } aa && kernels.InnerProduct(k, k) is { } bb && kernels.InnerProduct(k + 1, k + 1) is { } cc
        && kernels.InnerProduct(k - 1, k) is { } ab && kernels.InnerProduct(k, k + 1) is { } bc && kernels.InnerProduct(k - 1, k + 1) is { } ac
            ? (aa, bb, cc, ab, bc, ac) : null;

    private static double Rate(double change, double first, double second)
    {
        double share = Math.Sqrt(Math.Max(change, 0)) / (Math.Sqrt(Math.Max(first, 0)) + Math.Sqrt(Math.Max(second, 0)));
        return double.IsFinite(share) ? 2 * Math.Atanh(Math.Min(1, share)) : 0;
    }

    private static double OfKernels(AnalysisInput input, int k, double before, double after)
    {
        if (input.Kernels.IsApplied)
        {
            var applied = input.Kernels.Velocities(k, before, after);
            return Rate(applied.Change, applied.First, applied.Second);
        }
        using HeldKernels start = input.Kernels.At(k - 1).Hold(), middle = input.Kernels.At(k).Hold(), end = input.Kernels.At(k + 1).Hold();
        double[] a = start.Kernels.Values, b = middle.Kernels.Values, c = end.Kernels.Values;
        double change = 0, first = 0, second = 0;
        var buffer = new double[2 * Piece];
        for (int from = 0; from < a.Length; from += Piece)
        {
            int count = Math.Min(Piece, a.Length - from);
            Span<double> v = buffer.AsSpan(0, count), w = buffer.AsSpan(Piece, count);
            ReadOnlySpan<double> between = b.AsSpan(from, count);
            VectorRoutines.Combine(1 / before, between, -1 / before, a.AsSpan(from, count), v);
            VectorRoutines.Combine(1 / after, c.AsSpan(from, count), -1 / after, between, w);
            change += VectorRoutines.SquaredSum(1, v, -1, w);
            first += VectorRoutines.Dot(v, v);
            second += VectorRoutines.Dot(w, w);
        }
        return Rate(change, first, second);
    }

    // (1 − e^{−2c})/(2c) is the mean of e^{−2cθ}.
    private static double Rate(double mean)
    {
        if (!double.IsFinite(mean) || mean <= 0) return 0;
        double low = -Steepest, high = Steepest;
        for (int i = 0; i < 60; i++)
        {
            double middle = 0.5 * (low + high), x = 2 * middle;
            if ((Math.Abs(x) < 1e-8 ? 1 : (1 - Math.Exp(-x)) / x) > mean) low = middle;
            else high = middle;
        }
        return 0.5 * (low + high);
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : 0;

    // gᵀK_SS g
    private static double Energy(AnalysisInput input, int checkpoint, double[] gradient)
    {
        if (input.Kernels.IsApplied)
        {
            var image = new double[gradient.Length];
            input.Kernels.ApplyAt(checkpoint, gradient, image);
            return VectorRoutines.Dot(gradient, image);
        }
        using var held = input.Kernels.At(checkpoint).Hold();
        return VectorMath.Quadratic(held.Train, gradient);
    }

    private static double Trace(AnalysisInput input, int checkpoint)
    {
        double sum = 0;
        foreach (double value in input.Kernels.At(checkpoint).TrainDiagonal) sum += value;
        return sum;
    }
}
