using KernelFlow.Files;

namespace KernelFlow.Analysis.Jobs;

/// <summary>Whether a run is still the one that a job was planned for: its files are compared by their sums.</summary>
internal static class JobFiles
{
    /// <summary>The sums of all files of the run's window, run.json first. Reads every byte once.</summary>
    public static IReadOnlyList<(string Name, string Sha256)> Of(RecordedRun run, CancellationToken cancellation) =>
        [Manifest(run), .. run.Verify(cancellation).Select(f => (f.File, f.Sha256))];

    /// <summary>Compares run.json alone.</summary>
    /// <exception cref="InvalidJobException">It is another one.</exception>
    public static void RequireManifest(RecordedRun run, JobPlan plan)
    {
        if (plan.Files[0] != Manifest(run)) throw Changed(run, RunManifest.FileName);
    }

    /// <summary>Compares files by their sums.</summary>
    /// <param name="run">The run.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="checkpoints">The checkpoints that are used, by their index in the window; null for all, and the targets.</param>
    /// <param name="cancellation">Stops between pieces.</param>
    /// <exception cref="InvalidJobException">A file is another one.</exception>
    public static void Require(RecordedRun run, JobPlan plan, IReadOnlyList<int>? checkpoints, CancellationToken cancellation)
    {
        RequireManifest(run, plan);
        var found = checkpoints is null ? run.Verify(cancellation) : checkpoints.Select(k => run.Verify(k, cancellation));
        var planned = plan.Files.ToLookup(f => f.Name, f => f.Sha256);
        foreach (var file in found)
            if (!planned[file.File].Contains(file.Sha256)) throw Changed(run, file.File);
    }

    private static (string Name, string Sha256) Manifest(RecordedRun run) =>
        (RunManifest.FileName, Convert.ToHexStringLower(Sha256.Of(RegularFile.ReadAllBytes(Path.Combine(run.Folder, RunManifest.FileName), int.MaxValue))));

    private static InvalidJobException Changed(RecordedRun run, string file) => new($"{Path.Combine(run.Folder, file)}: it is not the file that the job was "
        + "planned for: the recording was changed since. Plan the job again into another folder, or bring the file back.");
}
