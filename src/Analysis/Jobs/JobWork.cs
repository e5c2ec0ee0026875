using KernelFlow.Operators;

namespace KernelFlow.Analysis.Jobs;

/// <summary>What the pieces of an analysis are, and how they are computed.</summary>
internal static class JobWork
{
    /// <summary>What the numbers of pieces depend on of the options.</summary>
    public static string Settings(AnalysisOptions o) => string.Join('\n',
        $"mode={o.Mode}", $"interpolation={o.Interpolation.Name}", $"method={o.Method.Name}",
        FormattableString.Invariant($"rtol={o.RelativeTolerance.Value:R}"),
        FormattableString.Invariant($"from={o.From:R}"), FormattableString.Invariant($"to={o.To:R}"), FormattableString.Invariant($"seed={o.Seed}"),
        FormattableString.Invariant($"rows={o.KernelRows}"),
        $"by interval={o.ByInterval}", $"second={o.IndependentCheck}",
        // Kernels of distant checkpoints that only the budget of a window needs are pieces as well.
        $"windows={string.Join(' ', o.Windows.Select(w => FormattableString.Invariant($"{w.From:R}:{w.To:R}")))}");

    /// <summary>Checkpoints are counted from the first of the window, in pieces as in the run that was opened.</summary>
    public static void RequireWindow(RecordedRun run, AnalysisOptions options)
    {
        if (run.Checkpoints.Window(options.From, options.To).Count != run.Checkpoints.Count)
            throw new ArgumentException("run: opened with other checkpoints than the window of the options has; open it with the same from and to.",
                nameof(run));
    }

    /// <summary>The tasks of an analysis; none where there is nothing to divide.</summary>
    public static IReadOnlyList<JobTask> Divide(CheckpointSequence run, AnalysisOptions options, JobDivision division)
    {
        JobTask[] kernels = run.HasJacobians ? [.. KernelTasks(run, options, division)] : [];
        if (JobIntervals.Obstacle(run, options) is not null) return kernels;
        var intervals = Enumerable.Range(0, run.Count - 1).Select(k => (new JobPiece(k, k + 1, JobPiece.IntervalBlock),
            division.IntervalSeconds.ElementAtOrDefault(k))).ToArray();
        return [.. kernels, .. division.Tasks(JobStage.Intervals, intervals, kernels.Length + 1)];
    }

    private static IEnumerable<JobTask> KernelTasks(CheckpointSequence run, AnalysisOptions options, JobDivision division)
    {
        double bytes = (double)(run.TrainSize + run.TestSize) * (run.Parameters ?? 0) * run[0][TensorName.J_S].Type.Size();
        var parts = Pairs(run, options).Parts(run, Forming(options, null));
        // By the later checkpoint first: pieces of one task then share the files they read.
        var pieces = parts.OrderBy(p => p.Part.B).ThenBy(p => p.Part.A).ThenBy(p => p.Part.Block).Select(p => (new JobPiece(p.Part.A, p.Part.B, p.Part.Block),
            p.Operations / division.OperationsPerSecond + (p.Part.A == p.Part.B ? 1 : 2) * bytes / division.BytesPerSecond)).ToArray();
        return division.Tasks(JobStage.Kernels, pieces, 1);
    }

    /// <summary>Why there is nothing to divide.</summary>
    public static string NothingToDivide(CheckpointSequence run, AnalysisOptions options) =>
        $"the run holds kernel blocks, so that no kernels are to be formed, and {JobIntervals.Obstacle(run, options)}";

    /// <summary>Forms blocks of kernels.</summary>
    /// <param name="run">The run.</param>
    /// <param name="options">The options of the analysis.</param>
    /// <param name="pieces">What is to be formed.</param>
    /// <param name="into">Where they are put.</param>
    /// <param name="held">Bytes of sums that are held at a time.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    public static void Kernels(CheckpointSequence run, AnalysisOptions options, IReadOnlyList<JobPiece> pieces, JobPieces into, double held,
        Action<double> progress, CancellationToken cancellation)
    {
        double n = run.TrainSize, m = run.TestSize, rows = Math.Min(n, options.KernelRows), test = Math.Min(m, options.KernelRows);
        double block = 8 * (rows * n + test * (2 * n + m));
        int together = (int)Math.Clamp(held / block, 1, int.MaxValue), done = 0;
        var (pairs, forming, backend) = (Pairs(run, options), Forming(options, into), options.Backend!);
        foreach (var group in pieces.Chunk(together))
        {
            KernelPart[] parts = [.. group.Select(p => new KernelPart(p.A, p.B, p.Block))];
            int before = done;
            pairs.Form(run, parts, forming, backend, f => progress((before + f * parts.Length) / pieces.Count), cancellation);
            done += parts.Length;
        }
    }

    private static KernelForming Forming(AnalysisOptions options, KernelStore? store) => new(options.KernelRows, store);

    private static KernelPairs Pairs(CheckpointSequence run, AnalysisOptions options) => AnalysisPlan.IsExact(run, ModeChoice.Resolve(run, options).Mode)
        ? KernelPairs.OfCheckpoints(run.Count) : KernelPairs.OfInterpolants(run.Count, options.Interpolation.NeedsDistantProducts,
            Intervals.WindowBuilder.Where(run, options));
}
