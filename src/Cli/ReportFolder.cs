using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary>Folders that reports go to.</summary>
internal static class ReportFolder
{
    /// <summary>Takes the lock of a folder that holds a report of ours, or nothing, and can be written.</summary>
    /// <exception cref="UsageException">The folder is a file, or it is foreign.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another process is writing it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static FolderLock Take(string option, string folder, bool overwrite) => OutputFolder.Take(option, folder, ReservoirReports.ResultsFile,
        ReservoirReports.ResultsFormat, ReservoirReports.HtmlFile, ReservoirReports.OwnerIn(folder), overwrite);

    /// <summary>The same for a folder of a comparison.</summary>
    /// <exception cref="UsageException">The folder is a file, or it is foreign.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another process is writing it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static FolderLock TakeComparison(string option, string folder, bool overwrite) => OutputFolder.Take(option, folder, ComparisonReports.JsonFile,
        ComparisonReports.Format, ComparisonReports.HtmlFile, ComparisonReports.Owner, overwrite);

    /// <summary>The same for a folder of an experiment.</summary>
    /// <exception cref="UsageException">The folder is a file, or it is foreign.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another process is writing it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static FolderLock TakeExperiment(string option, string folder, bool overwrite) => OutputFolder.Take(option, folder, ExperimentReports.JsonFile,
        ExperimentReports.Format, ExperimentReports.HtmlFile, ExperimentReports.Owns, overwrite);
}
