namespace KernelFlow.Results;

/// <summary>Whether the files of a report folder are of one analysis.</summary>
internal static class WholeReport
{
    private const int Tries = 4;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(60);

    /// <summary>Reads results.json and refuses a folder with files of two analyses.</summary>
    /// <param name="path">The report folder; or a results file, which is read whatever lies beside it.</param>
    /// <param name="read">Reads the file.</param>
    /// <exception cref="InvalidResultsException">The folder holds files of two analyses, or the report in it is not finished.</exception>
    public static T Read<T>(string path, Func<string, T> read)
    {
        if (!Directory.Exists(path)) return read(path);
        for (int i = 1; ; i++)
        {
            if (Defect(path) is not { } defect) return read(Path.Combine(path, ResultsFile.Name));
            if (i == Tries) throw new InvalidResultsException(defect);
            // A writer that replaces file after file takes a moment.
            Thread.Sleep(s_pause);
        }
    }

    private static string? Defect(string folder)
    {
        string results = Path.Combine(folder, ResultsFile.Name);
        string? id = ReportMark.Of(results);
        bool there = File.Exists(results);
        // Results without an id are of an earlier version; a file with one beside them is still of another analysis.
        foreach (string file in Others(folder))
        {
            if (ReportMark.Of(file) is not { } other || other == id) continue;
            return there
                ? $"{file}: found a file of report {other}, expected {id ?? "none with an id"} as in {ResultsFile.Name}: writing the report was "
                    + $"interrupted, or files of two reports were mixed; write the report again, or name {results} to read it alone."
                : $"{results}: file not found, and {Path.GetRelativePath(folder, file)} of report {other} is there: "
                    + "writing the report was interrupted; write it again.";
        }
        return null;
    }

    private static IEnumerable<string> Others(string folder) =>
    [
        .. new[] { "report.html", "report.md", "operators.safetensors" }.Select(name => Path.Combine(folder, name)),
        .. In(Path.Combine(folder, "tables"), "*.csv"), .. In(Path.Combine(folder, "figures"), "*.svg"),
    ];

    private static string[] In(string folder, string pattern) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)] : [];
}
