namespace KernelFlow.Analysis.MatrixFree;

/// <summary>What a matrix-free analysis may hold, and how accurately it sweeps.</summary>
internal static class MatrixFreePlan
{
    /// <summary>Number of modes that are looked for where none was given.</summary>
    public const int DefaultModes = 50;

    /// <summary>Tolerance of the sweeps where it was left to the tool.</summary>
    public const double Tolerance = 1e-4;

    // Where the memory is not given: what the machine has, less what others need.
    private const double ShareOfMachine = 0.75;

    // Of the ceiling: what is kept of the files, and the states that one application of W_S keeps; vectors, buffers and what the runtime has not given back
    // are the rest.
    private const double Files = 0.4, States = 0.25;

    /// <summary>The ceiling in bytes.</summary>
    public static long Ceiling(AnalysisOptions options) =>
        options.Memory?.Bytes ?? (long)(ShareOfMachine * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>An account for what is kept of the files in memory.</summary>
    public static MemoryAccount Kept(AnalysisOptions options) => new(new MemoryCeiling((long)(Files * Ceiling(options))));

    /// <summary>How much an application of W_S may keep.</summary>
    public static long StateBytes(AnalysisOptions options) => (long)(States * Ceiling(options));

    /// <summary>The tolerance of the sweeps.</summary>
    public static double SweepTolerance(AnalysisOptions options) => Math.Max(options.RelativeTolerance.Value ?? Tolerance, 1e-10);
}
