using static KernelFlow.Cli.ForecastConstants;

namespace KernelFlow.Cli;

/// <summary>Private memory at the worst moment of an analysis.</summary>
internal static class MemoryForecast
{
    // N×N matrices of the integration, of what it is checked with, and of the spectra.
    private const double Matrices = 40;

    // Kernels of a checkpoint: its own, those with the next one, and those of thinned grids.
    private const double KernelsPerCheckpoint = 3;

    // As the trajectory has it: kernels of more bytes are read again when they are wanted, and so many terms are kept, those of blocks and those of Jacobians.
    private const double MostKernels = 128 << 20, BlockTerms = 4, JacobianTerms = 11;

    // Kernels are formed of blocks of parameters of all checkpoints.
    private const double Blocks = 64e6;

    /// <summary>By what it holds.</summary>
    public static IEnumerable<(string Name, double Bytes)> Of(RunSizes s)
    {
        double n = s.Train, term = 8 * ((n + s.Test) * n + s.Test * s.Test), kept = s.Mode == AnalysisMode.Flow ? KernelsPerCheckpoint : 1;
        yield return ("process", ProcessBytes);
        double kernels = kept * s.Checkpoints * term, few = (s.Columns == 0 ? BlockTerms : JacobianTerms) * term;
        double held = kernels <= MostKernels ? kernels : Math.Min(kernels, few);
        double jacobians = Math.Min(8 * s.Checkpoints * (n + s.Test) * s.Columns, Blocks * s.Checkpoints);
        yield return ("kernels", KernelBytes * held);
        yield return ("jacobians", JacobianBytes * jacobians);
        yield return ("not collected yet", Math.Min(MostGarbage, KernelGarbage * held + JacobianGarbage * jacobians));
        yield return ("matrices", MatrixBytes * (Matrices * 8 * n * n + (s.HasBuffer ? 8 * (n + 13) * s.Columns : 0)));
    }
}
