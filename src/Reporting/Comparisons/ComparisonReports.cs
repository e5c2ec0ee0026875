using KernelFlow.Files;
using KernelFlow.Reporting;
using KernelFlow.Reporting.Comparisons;
using KernelFlow.Reporting.Html;
using KernelFlow.Results;

namespace KernelFlow;

/// <summary>Writes a comparison to files. Each file is replaced whole; files do not depend on the culture, and the same comparison gives the same
/// bytes.</summary>
public static class ComparisonReports
{
    /// <summary>What programs read.</summary>
    public const string JsonFile = ComparisonFile.Name;

    /// <summary>What people read, with figures.</summary>
    public const string HtmlFile = "compare.html";

    /// <summary>What people read as plain text.</summary>
    public const string MarkdownFile = "compare.md";

    /// <summary>One row per run.</summary>
    public const string CsvFile = "compare.csv";

    /// <summary>Value of the key "format" in <see cref="JsonFile"/>.</summary>
    public const string Format = ComparisonFile.Format;

    /// <summary>Every file that a comparison folder may hold, relative to it, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [JsonFile, HtmlFile, MarkdownFile, CsvFile, .. ComparisonFigures.Ids.Select(id => $"{ReservoirReports.FiguresFolder}/{id}.svg")];

    /// <summary>Whether a file, or with a slash at the end a folder, belongs to a comparison, by its path relative to its folder with forward
    /// slashes.</summary>
    public static Func<string, bool> Owner { get; } = ReportFiles.Owner(Files);

    /// <summary>Writes compare.html, compare.md, compare.json, compare.csv and figures/*.svg; an earlier comparison in the folder is replaced as a
    /// whole.</summary>
    /// <param name="comparison">What to write.</param>
    /// <param name="folder">The folder; made when missing.</param>
    /// <param name="held">The lock of the folder where the caller holds it already; null to take it.</param>
    /// <exception cref="FolderInUseException">Another process is writing the folder.</exception>
    /// <exception cref="IOException">A file cannot be written; an earlier comparison is intact.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static void WriteFolder(this RunComparison comparison, string folder, FolderLock? held = null)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string id = ComparisonFile.Id(comparison);
        using var taken = held is null ? FolderLock.Make(folder) : null;
        using var files = FolderReplacement.Begin(held ?? taken!, Owner);
        var figures = ComparisonFigures.All(comparison);
        files.Write(JsonFile, ComparisonFile.AsText(comparison));
        files.Write(HtmlFile, ReportMark.Comment(ComparisonPages.Html(comparison, figures), id));
        files.Write(MarkdownFile, ReportMark.Comment(ComparisonPages.Markdown(comparison, figures), id));
        files.Write(CsvFile, ReportMark.Table(ComparisonTable.Of(comparison).Csv(), id));
        foreach (var (_, figure) in figures)
        {
            if (figure.Drawing is not { } drawing) continue;
            files.Write($"{ReservoirReports.FiguresFolder}/{figure.Head.Id}.svg", ReportMark.Comment(HtmlStyle.Alone(drawing), id));
        }
        files.Commit(HtmlFile, JsonFile);
    }

    /// <summary>The table of <see cref="CsvFile"/> with typed cells.</summary>
    public static ReportTable TableOf(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return ComparisonTable.Of(comparison);
    }

    /// <summary>The text of compare.json.</summary>
    public static string Json(RunComparison comparison) => ComparisonFile.AsText(comparison);
}
