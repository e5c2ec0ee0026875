namespace KernelFlow.Analysis.Jobs;

/// <summary>Computes tasks: what is there and sound stays as it is, and the files of the run that are used are compared with the plan.</summary>
/// <param name="folder">The job's folder.</param>
/// <param name="plan">The plan.</param>
/// <param name="run">The run.</param>
/// <param name="options">The options of the analysis.</param>
internal sealed class JobTaskRunner(string folder, JobPlan plan, RecordedRun run, AnalysisOptions options)
{
    // Sums of so many bytes are held at a time, or those of one block.
    private const double HeldBytes = 512e6;

    /// <summary>Computes what is missing of a task that forms kernels.</summary>
    /// <param name="task">The task.</param>
    /// <param name="pieces">Where they are.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between blocks.</param>
    public JobTaskResult Kernels(JobTask task, JobPieces pieces, IProgress<AnalysisProgress>? progress, CancellationToken cancellation)
    {
        var (open, damaged) = (new List<JobPiece>(), new List<string>());
        foreach (var piece in task.Pieces)
        {
            cancellation.ThrowIfCancellationRequested();
            if (pieces.Read(piece, out string? defect) is not null) continue;
            open.Add(piece);
            if (defect is not null) damaged.Add($"{pieces.PathOf(piece)}: {defect}");
        }
        if (open.Count > 0)
        {
            JobFiles.Require(run, plan, [.. open.SelectMany(p => (int[])[p.A, p.B]).Distinct().Order()], cancellation);
            JobWork.Kernels(run.Checkpoints, options, open, pieces, HeldBytes, f => progress?.Report(new AnalysisProgress("kernels", f)), cancellation);
        }
        return new JobTaskResult(open.Count, task.Pieces.Count - open.Count, damaged);
    }

    /// <summary>The same of one that integrates intervals.</summary>
    /// <param name="task">The task.</param>
    /// <param name="pieces">Where kernels and intervals are; a kernel that is not there ends it.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public JobTaskResult Intervals(JobTask task, JobPieces pieces, IProgress<AnalysisProgress>? progress, CancellationToken cancellation)
    {
        var intervals = new JobIntervals(folder, run.Checkpoints, options, pieces);
        var (open, damaged) = (new List<JobPiece>(), new List<string>());
        foreach (var piece in task.Pieces)
        {
            cancellation.ThrowIfCancellationRequested();
            string? defect = intervals.Defect(piece, out bool computed);
            if (computed && defect is null) continue;
            open.Add(piece);
            if (defect is not null) damaged.Add(defect);
        }
        int[] used = [.. open.SelectMany(p => JobIntervals.CheckpointsOf(p.A, run.Checkpoints.Count, options)).Distinct().Order()];
        if (open.Count > 0) JobFiles.Require(run, plan, used, cancellation);
        for (int i = 0; i < open.Count; i++)
        {
            intervals.Compute(open[i], cancellation);
            progress?.Report(new AnalysisProgress("intervals", (i + 1.0) / open.Count));
        }
        return new JobTaskResult(open.Count, task.Pieces.Count - open.Count, damaged);
    }
}
