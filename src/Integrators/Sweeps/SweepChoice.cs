using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>What an application of W_S will cost for one vector, before any step is chosen.</summary>
/// <param name="Scheme">Name of the scheme.</param>
/// <param name="Products">Products with K_SS of one application: forward, at the nodes, and backward.</param>
/// <param name="Nodes">Nodes of the quadrature.</param>
/// <param name="Sweeps">Forward sweeps: 2 where the states of one vector do not fit.</param>
/// <param name="Flops">Flops of one application.</param>
/// <param name="Bytes">Bytes of the states that it keeps.</param>
public sealed record SweepForecast(string Scheme, long Products, int Nodes, int Sweeps, double Flops, long Bytes);

/// <summary>Forecasts of what every scheme costs, and the cheapest.</summary>
/// <remarks>From steps for constant kernels of the same bounds. Kernels that change much need up to twice as many products, slow modes that are absent a third
/// fewer.</remarks>
public static class SweepChoice
{
    /// <summary>One forecast for each scheme.</summary>
    /// <param name="knots">The knots of the run.</param>
    /// <param name="bounds">A bound of λ_max(B·K_SS) for each interval.</param>
    /// <param name="trainSize">N.</param>
    /// <param name="flopsPerProduct">Flops of one product with K_SS.</param>
    /// <param name="tolerance">The tolerance wanted.</param>
    /// <param name="maxBytes">Limit on the states that are kept.</param>
    /// <exception cref="ArgumentException">There is not one bound for each interval.</exception>
    public static IReadOnlyList<SweepForecast> Forecasts(IReadOnlyList<double> knots, IReadOnlyList<double> bounds, int trainSize, double flopsPerProduct,
        double tolerance, long maxBytes)
    {
        ArgumentNullException.ThrowIfNull(knots);
        ArgumentNullException.ThrowIfNull(bounds);
        if (bounds.Count != knots.Count - 1 || bounds.Count == 0)
            throw new ArgumentException($"Found {bounds.Count} bounds for {knots.Count} knots, expected one for each interval.", nameof(bounds));
        double stiffness = 0;
        for (int i = 0; i < bounds.Count; i++) stiffness += bounds[i] * (knots[i + 1] - knots[i]);
        return [.. SweepScheme.All.Select(scheme =>
        {
            var layout = new SweepLayout(scheme, tolerance, GradedGrowth.For(scheme, SweepPlanner.Aim * tolerance, stiffness), [.. bounds],
                [.. Enumerable.Repeat(1.0, bounds.Count)]);
            var steps = layout.Steps(knots);
            var states = SweepStates.Of(steps.Nodes, trainSize, maxBytes);
            long products = (1 + states.Sweeps) * steps.Products + steps.Nodes;
            return new SweepForecast(scheme.Name, (long)(scheme.Drift * products), steps.Nodes, states.Sweeps, scheme.Drift * products * flopsPerProduct,
                states.Bytes);
        })];
    }

    /// <summary>The forecast with the fewest flops, of products with bounds that are known.</summary>
    internal static SweepForecast Cheapest(KernelProducts products, double[] bounds, SweepOptions options) =>
        Forecasts(products.Knots, bounds, products.TrainSize, Enumerable.Range(0, products.Intervals).Average(products.TrainFlops), options.Tolerance,
            options.MaxBytes).MinBy(f => f.Flops)!;
}

/// <summary>How the states of a vector at the nodes are kept within a limit.</summary>
/// <param name="Segments">Parts that the sweep is taken in.</param>
/// <param name="PerVector">States kept at a time for one vector.</param>
/// <param name="Sweeps">Forward sweeps: 1, or 2 where states are computed again.</param>
/// <param name="Bytes">Bytes for one vector.</param>
internal sealed record SweepStates(int Segments, long PerVector, int Sweeps, long Bytes)
{
    public static SweepStates Of(int nodes, int trainSize, long maxBytes)
    {
        long state = Math.Max(1, (long)trainSize * sizeof(double)), fit = maxBytes / state;
        int segments = 1;
        nodes = Math.Max(1, nodes);
        // As few segments as the limit allows, at most the root of the nodes, for which the memory is smallest.
        if (fit < nodes)
            while (segments * segments < nodes && segments + (nodes + segments - 1) / segments > fit) segments++;
        long kept = segments == 1 ? nodes : segments + (nodes + segments - 1) / segments;
        return new SweepStates(segments, kept, segments == 1 ? 1 : 2, kept * state);
    }
}
