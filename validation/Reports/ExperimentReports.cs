using KernelFlow.Files;
using System.Text;
using KernelFlow.Reporting;
using KernelFlow.Reporting.Html;
using KernelFlow.Results;
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

    /// <summary>Whether a report folder may hold this file, or with a slash at the end this folder, by its path relative to the report folder with forward
    /// slashes: one of <see cref="Files"/>, or a figure.</summary>
    public static bool Owns(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return s_own(file) || (file.StartsWith(ReservoirReports.FiguresFolder + "/", StringComparison.Ordinal)
            && (file.Length == ReservoirReports.FiguresFolder.Length + 1 || file.EndsWith(".svg", StringComparison.Ordinal)));
    }

    /// <summary>Writes validation.json, report.html, report.md, figures/*.svg, tables/claims.csv and tables/measurements.csv; an earlier report in
    /// the folder is
    /// replaced as a whole.</summary>
    /// <param name="report">What to write.</param>
    /// <param name="folder">The folder; made when missing.</param>
    /// <param name="held">The lock of the folder where the caller holds it already; null to take it.</param>
    /// <exception cref="FolderInUseException">Another process is writing the folder.</exception>
    /// <exception cref="IOException">A file cannot be written; an earlier report is intact.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static void WriteFolder(this ExperimentReport report, string folder, FolderLock? held = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string id = ExperimentJson.Id(report);
        using var taken = held is null ? FolderLock.Make(folder) : null;
        using var files = FolderReplacement.Begin(held ?? taken!, Owns);
        files.Write(JsonFile, Json(report));
        files.Write(HtmlFile, ReportMark.Comment(ExperimentPage.Text(report), id));
        files.Write(MarkdownFile, ReportMark.Comment(ExperimentMarkdown.Text(report), id));
        foreach (var figure in report.Figures)
            files.Write($"{ReservoirReports.FiguresFolder}/{figure.Id}.svg", ReportMark.Comment(HtmlStyle.Alone(figure.Svg), id));
        foreach (var (file, text) in ExperimentCsv.All(report)) files.Write($"{ReservoirReports.TablesFolder}/{file}", ReportMark.Table(text, id));
        files.Commit(HtmlFile, JsonFile);
    }

    private static readonly Func<string, bool> s_own = ReportFiles.Owner(Files);

    /// <summary>The verdict of a finished report of an experiment in a folder.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">How it would be run.</param>
    /// <param name="folder">The folder of its report.</param>
    /// <returns>Null where there is none that this version made with the same options, or where its files are not all of one report.</returns>
    public static Verdict? Finished(Experiment experiment, ExperimentOptions options, string folder)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return FinishedReports.Find(experiment.Id, options, folder);
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
