using KernelFlow.Operators;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>Whether a run is analysed without matrices.</summary>
internal static class SolverChoice
{
    // Private memory of a dense analysis at its worst moment, in N×N matrices of float64, and in kernels of one checkpoint that are kept (docs/benchmarks.md
    // compares this with what is measured).
    private const double Matrices = 26, Kernels = 21;

    /// <summary>Why nothing N×N is formed; null where matrices are formed.</summary>
    /// <param name="checkpoints">The window.</param>
    /// <param name="options">What was asked for.</param>
    /// <exception cref="ArgumentException">Matrix-free was asked for with something that it cannot do, or under a ceiling below what it is to find.</exception>
    public static string? Resolve(CheckpointSequence checkpoints, AnalysisOptions options)
    {
        string? reason = Reason(checkpoints, options);
        if (reason is not null) RequireVectors(checkpoints, options);
        return reason;
    }

    private static string? Reason(CheckpointSequence checkpoints, AnalysisOptions options)
    {
        if (options.Extent != AnalysisExtent.Whole) return null;
        if (options.Solver == EigenSolver.MatrixFree)
        {
            if (options.Mode == AnalysisMode.Descent)
                throw new ArgumentException("solver: matrix-free integrates the flow, and the mode asked for is descent; use flow, or another solver.");
            return "asked for";
        }
        if (options.Solver != EigenSolver.Auto || options.Mode == AnalysisMode.Descent || options.ScheduleOverStart
            || options.IsByInterval || options.Reduction.IsAsked) return null;
        if (DenseLimit.Obstacle(checkpoints) is not null)
            return FormattableString.Invariant($"auto: N + M = {(long)checkpoints.TrainSize + checkpoints.TestSize} is more than matrices can have");
        // Recorded steps of an optimizer are what they are at any size: a flow would not say the same.
        if (options.Mode == AnalysisMode.Auto && DescentSupport.Check(checkpoints).Possible) return null;
        double dense = DenseBytes(checkpoints), ceiling = MatrixFreePlan.Ceiling(options);
        return dense <= ceiling ? null : FormattableString.Invariant($"auto: a dense analysis of N = {checkpoints.TrainSize} would hold about ")
            + $"{new MemoryCeiling((long)dense)}, and the ceiling is {new MemoryCeiling((long)ceiling)}";
    }

    /// <summary>Refuses an analysis with matrices under a ceiling that was given and that they exceed, before anything is computed.</summary>
    /// <exception cref="ArgumentException">It is too large; the message has the forecast and what fits.</exception>
    public static void RequireFits(CheckpointSequence checkpoints, AnalysisOptions options)
    {
        if (options.Memory is not { } ceiling || options.Extent != AnalysisExtent.Whole) return;
        double dense = DenseBytes(checkpoints);
        if (dense <= ceiling.Bytes) return;
        throw new ArgumentException(FormattableString.Invariant($"memory: an analysis of N = {checkpoints.TrainSize} with matrices would hold about ")
            + $"{new MemoryCeiling((long)dense)}, and the ceiling is {ceiling}; {Way(checkpoints, options)}, or give more memory.");
    }

    // The modes and their responses are held in any case; what is beside them depends on the way that is found.
    private static void RequireVectors(CheckpointSequence checkpoints, AnalysisOptions options)
    {
        if (options.Memory is not { } ceiling) return;
        int modes = Math.Min(options.Modes ?? MatrixFreePlan.DefaultModes, checkpoints.TrainSize);
        long bytes = sizeof(double) * (long)modes * (checkpoints.TrainSize + checkpoints.TestSize);
        if (bytes <= ceiling.Bytes) return;
        throw new ArgumentException(FormattableString.Invariant($"memory: {modes} modes of N = {checkpoints.TrainSize} and their responses alone are ")
            + $"{new MemoryCeiling(bytes)}, and the ceiling is {ceiling}; ask for fewer modes, or give more memory.");
    }

    private static string Way(CheckpointSequence checkpoints, AnalysisOptions options)
    {
        string[] without =
        [
            .. options.IsByInterval ? (string[])["intervals, windows and cache"] : [], .. options.Reduction.IsAsked ? (string[])["a reduction"] : [],
            .. options.ScheduleOverStart ? (string[])["the schedule over the start"] : [],
        ];
        string rest = without.Length == 0 ? "" : $", without {string.Join(" and ", without)}";
        bool steps = options.Mode == AnalysisMode.Descent || (options.Mode == AnalysisMode.Auto && DescentSupport.Check(checkpoints).Possible);
        return steps ? $"solver matrix-free in mode flow fits{rest}, which integrates the flow and not the recorded steps"
            : $"solver matrix-free fits{rest}";
    }

    /// <summary>About how much memory a dense analysis holds.</summary>
    public static double DenseBytes(CheckpointSequence checkpoints)
    {
        double n = checkpoints.TrainSize, m = checkpoints.TestSize;
        return 50e6 + Matrices * 8 * n * n + Math.Min(Kernels, 2.0 * 3 * checkpoints.Count) * 8 * ((n + m) * n + m * m);
    }
}
