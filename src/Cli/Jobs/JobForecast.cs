namespace KernelFlow.Cli;

/// <summary>How long each interval takes that is integrated on its own, with its coarse second integration.</summary>
/// <remarks>Steps grow with the logarithm of how stiff an interval is, since each begins at the identity and resolves its own initial layer, and with the
/// tolerance as the order of the method says: ε^(−1/4) or ε^(−1/6), whose constants are alike (measured: docs/jobs.md).</remarks>
internal static class JobForecast
{
    // Steps per doubling of h‖BK‖ at the tolerance 1; order 6 takes over where the analysis takes it.
    private const double StepsPerDoubling = 0.14, HighOrder = 5e-7;

    // In units of N²(N+M) for each step of the main integration: its products and solves, once with h and twice with h/2, steps that are refused, and the
    // second integration.
    private const double OrderFour = 36, OrderSix = 55;

    // Kernels are read and combined.
    private const double Start = 0.3;

    /// <summary>Seconds of every interval.</summary>
    /// <param name="sizes">The run, with what is known of its intervals.</param>
    /// <param name="rates">The rates of this machine.</param>
    /// <param name="tolerance">The relative tolerance.</param>
    public static IReadOnlyList<double> Intervals(RunSizes sizes, WorkRates rates, double tolerance)
    {
        bool high = tolerance < HighOrder;
        double perDoubling = StepsPerDoubling * Math.Pow(tolerance, high ? -1.0 / 6 : -0.25);
        double operations = (high ? OrderSix : OrderFour) * sizes.Train * sizes.Train * (sizes.Train + sizes.Test);
        var step = new StageForecast("interval", 1) { Products = operations, Calls = 300 };
        return [.. sizes.Stiffness.Select(z =>
        {
            double steps = double.IsFinite(z) ? Math.Max(1, perDoubling * Math.Log2(1 + z)) : 1;
            return Start + steps * step.Seconds(rates, sizes.Train);
        })];
    }
}
