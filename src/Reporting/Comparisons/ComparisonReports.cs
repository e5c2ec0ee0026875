using KernelFlow.Files;
using KernelFlow.Reporting.Comparisons;
using KernelFlow.Reporting.Html;

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

    /// <summary>Writes compare.html, compare.md, compare.json, compare.csv and figures/*.svg; an earlier comparison in the folder is replaced.</summary>
    /// <param name="comparison">What to write.</param>
    /// <param name="folder">The folder; made when missing.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static void WriteFolder(this RunComparison comparison, string folder)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string drawings = Path.Combine(folder, ReservoirReports.FiguresFolder);
        Directory.CreateDirectory(drawings);
        // compare.json is written first, because it marks the folder as ours should the rest fail.
        ComparisonFile.Write(comparison, Path.Combine(folder, JsonFile));
        var figures = ComparisonFigures.All(comparison);
        AtomicFile.WriteAllText(Path.Combine(folder, HtmlFile), ComparisonPages.Html(comparison, figures));
        AtomicFile.WriteAllText(Path.Combine(folder, MarkdownFile), ComparisonPages.Markdown(comparison, figures));
        AtomicFile.WriteAllText(Path.Combine(folder, CsvFile), ComparisonTables.Csv(comparison));
        foreach (var (_, figure) in figures)
        {
            string path = Path.Combine(drawings, figure.Head.Id + ".svg");
            if (figure.Drawing is { } drawing) AtomicFile.WriteAllText(path, HtmlStyle.Alone(drawing));
            else if (File.Exists(path)) File.Delete(path);
        }
    }

    /// <summary>The text of compare.json.</summary>
    public static string Json(RunComparison comparison) => ComparisonFile.AsText(comparison);
}
