namespace KernelFlow.Cli;

/// <summary>What a stage of an analysis is expected to do.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Constant">By how much the stage does more than is counted here, as measured (benchmarks/ForecastStudy).</param>
internal sealed record StageForecast(string Name, double Constant)
{
    /// <summary>Operations of matrix products.</summary>
    public double Products { get; init; }

    /// <summary>Operations of factorizations and solves.</summary>
    public double Factorizations { get; init; }

    /// <summary>Operations of eigenvalues, 9n³ each.</summary>
    public double Spectra { get; init; }

    /// <summary>Bytes that pass through memory.</summary>
    public double Bytes { get; init; }

    /// <summary>Calls and loops that take a time of their own however small the matrices are.</summary>
    public double Calls { get; init; }

    /// <summary>Seconds that depend on nothing.</summary>
    public double Fixed { get; init; }

    // What a call of a library and the loops around it take.
    private const double SecondsPerCall = 2e-6;

    // Below this order two threads per product are slower than one, and the second one does other work.
    private const double ThreadedOrder = 500;

    // The share of a stage's work that several threads divide, where products use them and where stages run side by side.
    private const double ThreadedShare = 0.8, BesideShare = 0.5;

    /// <summary>Seconds at the given rates.</summary>
    /// <param name="rates">Rates of one thread.</param>
    /// <param name="order">N.</param>
    public double Seconds(WorkRates rates, double order)
    {
        double one = Products / rates.Products + Factorizations / rates.Factorizations + Spectra / rates.Spectra + Bytes / rates.Bandwidth
            + Calls * SecondsPerCall;
        double divided = order >= ThreadedOrder ? ThreadedShare : BesideShare;
        return Constant * (Fixed + one * (1 - divided + divided / rates.Threads));
    }
}
