namespace KernelFlow.Cli;

/// <summary>Folders that reports go to.</summary>
internal static class ReportFolder
{
    /// <summary>Refuses a folder that holds anything but a report of ours, or that cannot be written.</summary>
    /// <exception cref="UsageException">The folder is a file, or it is foreign.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void Require(string option, string folder, bool overwrite)
    {
        OutputFolder.Require(option, folder, ReservoirReports.ResultsFile, ReservoirReports.ResultsFormat,
            file => IsOneOf(ReservoirReports.FilesIn(folder), file), overwrite);
        OutputFolder.RequireWritable(folder);
    }

    /// <summary>The same for a folder of a comparison.</summary>
    /// <exception cref="UsageException">The folder is a file, or it is foreign.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void RequireComparison(string option, string folder, bool overwrite)
    {
        OutputFolder.Require(option, folder, ComparisonReports.JsonFile, ComparisonReports.Format, file => IsOneOf(ComparisonReports.Files, file), overwrite);
        OutputFolder.RequireWritable(folder);
    }

    // A killed process may leave the temporary of a file.
    private static bool IsOneOf(IReadOnlyList<string> files, string file) =>
        files.Any(ours => file == ours || (file.StartsWith(ours, StringComparison.Ordinal) && file.EndsWith(".part", StringComparison.Ordinal)));
}
