using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary>Whether the files of a run are those that its manifest means.</summary>
internal static class RunSums
{
    /// <summary>Sums the files and compares.</summary>
    /// <param name="run">The run.</param>
    /// <param name="all">Whether to sum them also when the manifest states no sum to compare with.</param>
    /// <param name="progress">Share done, 0 to 1.</param>
    /// <param name="cancellation">Checked per piece of a file.</param>
    /// <returns>One for each file that was summed; none when nothing was.</returns>
    /// <exception cref="InvalidRunException">A file is not the one that the manifest means.</exception>
    public static IReadOnlyList<FileSum> Of(RecordedRun run, bool all, Action<double> progress, CancellationToken cancellation)
    {
        if (!all && run.Manifest.TargetsSha256 is null && run.Manifest.Checkpoints.All(c => c.Sha256 is null)) return [];
        var sums = new List<FileSum>();
        foreach (var sum in run.Verify(cancellation))
        {
            sums.Add(sum);
            progress(sums.Count / (run.Manifest.Checkpoints.Count + 1.0));
        }
        return sums;
    }

    /// <summary>What was compared, in one line.</summary>
    public static string Text(IReadOnlyList<FileSum> sums)
    {
        int stated = sums.Count(s => s.Stated is not null);
        if (stated == 0) return "not checked: run.json states no SHA-256 sums of its files";
        string rest = stated == sums.Count ? "every file is the one that was recorded"
            : $"the other {NumberText.Count(sums.Count - stated)} not checked: {sums.First(s => s.Stated is null).File} has no sum in run.json";
        return $"{NumberText.Count(stated)} of {NumberText.Count(sums.Count)} files have the SHA-256 that run.json states; {rest}";
    }

    /// <summary>A line for each file, as sha256sum prints it, and what it was compared with.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<FileSum> sums)
    {
        foreach (var sum in sums) writer.WriteLine($"{sum.Sha256}  {sum.File}  {(sum.Stated is null ? "not checked: none is stated" : "as stated")}");
    }
}
