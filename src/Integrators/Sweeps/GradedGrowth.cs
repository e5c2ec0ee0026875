using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>How fast panels may grow: found on the solvable case of constant kernels, where every mode is a number.</summary>
/// <remarks>For each κ in (0, λ] the factors of the steps give y(τ) in place of e^{−κτ}; the largest errors of P, 2βW and βG over κ are those of the
/// operators, as P, W and G have the eigenvectors of K. This part of the error is certified, up to the grid of κ.</remarks>
internal static class GradedGrowth
{
    private const int PerDecade = 6, Rounds = 6;
    private const double Largest = 2;

    /// <summary>The fastest growth with an error of at most a target, to about a tenth.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="target">The error that is allowed.</param>
    /// <param name="stiffness">z of the window.</param>
    /// <param name="propagator">Whether the error of P alone counts.</param>
    public static double For(SweepScheme scheme, double target, double stiffness, bool propagator = false)
    {
        stiffness = Math.Clamp(stiffness, 1, 1e7);
        double growth = 0.3, best = 0;
        for (int round = 0; round < Rounds; round++)
        {
            double error = Error(scheme, growth, stiffness, propagator);
            if (error <= target) best = Math.Max(best, growth);
            if (error <= target && (error > 0.6 * target || growth >= Largest)) break;
            growth = Math.Min(Largest, growth * Math.Clamp(Math.Pow(0.8 * target / error, 1.0 / scheme.Order), 0.02, 8));
        }
        if (best > 0) return best;
        throw new NumericalException(FormattableString.Invariant($"{scheme.Name} does not reach an error of {target:G3} at a stiffness of {stiffness:G3}; ")
            + "take another scheme or a larger tolerance.");
    }

    /// <summary>The largest error over modes of a window of stiffness z = λT, λ = 1.</summary>
    public static double Error(SweepScheme scheme, double growth, double stiffness, bool propagator = false)
    {
        var steps = new SweepLayout(scheme, 1, growth, [1], [1]).Interval([0, stiffness], 0);
        double worst = 0, lowest = 0.05 / stiffness, ratio = Math.Pow(10, 1.0 / PerDecade);
        for (double rate = 1; rate > lowest; rate /= ratio)
        {
            double y = 1, w = 0, g = 0;
            foreach (var step in steps)
            {
                if (step.Length > 0) y *= scheme.Factor(step, rate);
                w += step.Weight * y * y;
                g += step.Weight * y;
            }
            double p = Math.Exp(-rate * stiffness);
            double error = Math.Abs(y - p);
            if (!propagator) error = Math.Max(error, Math.Max(Math.Abs(2 * rate * w - (1 - p * p)), Math.Abs(rate * g - (1 - p))));
            worst = Math.Max(worst, error);
        }
        return worst;
    }
}
