using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Chooses the steps of a sweep.</summary>
internal static class SweepPlanner
{
    public static SweepSteps Plan(KernelProducts products, SweepScheme scheme, SweepOptions options, Backend backend, CancellationToken cancellation)
    {
        var rates = SpectralBounds.Of(products, options.Seed, cancellation);
        double stiffness = 0;
        for (int i = 0; i < rates.Length; i++) stiffness += rates[i] * (products.Knots[i + 1] - products.Knots[i]);
        double growth = GradedGrowth.For(scheme, 0.5 * options.Tolerance, stiffness);
        var layout = new SweepLayout(scheme, options.Tolerance, growth, rates, [.. Enumerable.Repeat(1.0, rates.Length)]);
        return layout.Steps(products.Knots);
    }
}
