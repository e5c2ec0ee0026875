using static KernelFlow.Cli.ForecastConstants;

namespace KernelFlow.Cli;

/// <summary>Private memory at the worst moment of an analysis.</summary>
internal static class MemoryForecast
{
    // N×N matrices of the integration, of what it is checked with, and of the spectra.
    private const double Matrices = 40;

    // Kernels of a checkpoint: its own, those with the next one, and those of thinned grids.
    private const double KernelsPerCheckpoint = 3;

    // Kernels are formed of blocks of parameters of all checkpoints.
    private const double Blocks = 64e6;

    /// <summary>By what it holds.</summary>
    public static IEnumerable<(string Name, double Bytes)> Of(RunSizes s)
    {
        double n = s.Train, term = 8 * ((n + s.Test) * n + s.Test * s.Test), kept = s.Mode == AnalysisMode.Flow ? KernelsPerCheckpoint : 1;
        yield return ("process", ProcessBytes);
        yield return ("kernels", KernelBytes * kept * s.Checkpoints * term);
        yield return ("jacobians", JacobianBytes * Math.Min(8 * s.Checkpoints * (n + s.Test) * s.Columns, Blocks * s.Checkpoints));
        yield return ("matrices", MatrixBytes * (Matrices * 8 * n * n + (s.HasBuffer ? 8 * (n + 13) * s.Columns : 0)));
    }
}
