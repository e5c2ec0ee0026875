using KernelFlow.Files;
using System.Text;
using KernelFlow.Reporting.Html;
using KernelFlow.Bridges;
using KernelFlow.Validation.Reports;

namespace KernelFlow;

/// <summary>Writes the report of an experiment. Each file is replaced whole; the same report gives the same bytes under every culture.</summary>
public static class ExperimentReports
{
    /// <summary>What programs read, in a report folder.</summary>
    public const string JsonFile = "validation.json";

    /// <summary>What people read, with figures.</summary>
    public const string HtmlFile = "report.html";

    /// <summary>What people read as plain text.</summary>
    public const string MarkdownFile = "report.md";

    /// <summary>Value of the key "format" in <see cref="JsonFile"/>.</summary>
    public const string Format = ExperimentJson.Format;

    /// <summary>Every file of a report folder but its figures, relative to it, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [JsonFile, HtmlFile, MarkdownFile, .. ExperimentCsv.Files.Select(f => ReservoirReports.TablesFolder + "/" + f)];

    /// <summary>Whether a report folder may hold this file, by its path relative to the folder with forward slashes: one of <see cref="Files"/>,
    /// a figure, or the temporary of one.</summary>
    public static bool Owns(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Files.Any(ours => file == ours || file == ours + AtomicFile.PartSuffix)
            || (file.StartsWith(ReservoirReports.FiguresFolder + "/", StringComparison.Ordinal)
                && (file.EndsWith(".svg", StringComparison.Ordinal) || file.EndsWith(".svg" + AtomicFile.PartSuffix, StringComparison.Ordinal)));
    }

    /// <summary>Writes validation.json, report.html, report.md, figures/*.svg, tables/claims.csv and tables/measurements.csv.</summary>
    /// <param name="report">What to write.</param>
    /// <param name="folder">The folder; made when missing.</param>
    /// <exception cref="IOException">A file cannot be written; the old one, if any, is intact.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static void WriteFolder(this ExperimentReport report, string folder)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string tables = Path.Combine(folder, ReservoirReports.TablesFolder), figures = Path.Combine(folder, ReservoirReports.FiguresFolder);
        Directory.CreateDirectory(tables);
        if (report.Figures.Count > 0) Directory.CreateDirectory(figures);
        // First validation.json: it marks the folder as ours should the rest fail.
        AtomicFile.WriteAllText(Path.Combine(folder, JsonFile), Json(report));
        AtomicFile.WriteAllText(Path.Combine(folder, HtmlFile), ExperimentPage.Text(report));
        AtomicFile.WriteAllText(Path.Combine(folder, MarkdownFile), ExperimentMarkdown.Text(report));
        foreach (var figure in report.Figures) AtomicFile.WriteAllText(Path.Combine(figures, figure.Id + ".svg"), HtmlStyle.Alone(figure.Svg));
        foreach (var (file, text) in ExperimentCsv.All(report)) AtomicFile.WriteAllText(Path.Combine(tables, file), text);
    }

    /// <summary>The text of validation.json.</summary>
    public static string Json(ExperimentReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var stream = new MemoryStream();
        ExperimentJson.Write(report, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
