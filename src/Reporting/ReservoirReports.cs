using KernelFlow.Files;
using System.Text;
using KernelFlow.Reporting;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;

namespace KernelFlow;

/// <summary>Writes an analysis to files. Each file is replaced whole: a reader never sees half of one.</summary>
/// <remarks>Files do not depend on the culture, and the same analysis gives the same bytes.</remarks>
public static class ReservoirReports
{
    /// <summary>What programs read, in a report folder.</summary>
    public const string ResultsFile = KernelFlow.ResultsFile.Name;

    /// <summary>What people read, with figures, in a report folder.</summary>
    public const string HtmlFile = "report.html";

    /// <summary>What people read as plain text, in a report folder.</summary>
    public const string MarkdownFile = "report.md";

    /// <summary>The operators, in a report folder.</summary>
    public const string OperatorsFile = "operators.safetensors";

    /// <summary>Folder of the tables inside a report folder.</summary>
    public const string TablesFolder = "tables";

    /// <summary>Folder of the figures inside a report folder: one SVG each; a figure without data has no file.</summary>
    public const string FiguresFolder = "figures";

    /// <summary>Value of the key "format" in <see cref="ResultsFile"/>.</summary>
    public const string ResultsFormat = KernelFlow.ResultsFile.Format;

    /// <summary>Every file that a report folder may hold, relative to it, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = 
        [ResultsFile, HtmlFile, MarkdownFile, OperatorsFile, .. Tables.Files.Select(f => TablesFolder + "/" + f),
            .. ReportFigures.Ids.Select(id => $"{FiguresFolder}/{id}.svg")];

    /// <summary>Every file that belongs to the report in a folder: <see cref="Files"/>, and the figures of a user's own that its results.json lists.</summary>
    public static IReadOnlyList<string> FilesIn(string folder) =>
        [.. Files, .. KernelFlow.ResultsFile.Figures(Path.Combine(folder, ResultsFile)).Select(note => $"{FiguresFolder}/{note.Id}.svg")];

    /// <summary>Writes one representation.</summary>
    /// <param name="analysis">What to write.</param>
    /// <param name="format">The representation to write.</param>
    /// <param name="path">The file, or for <see cref="ReportFormat.Csv"/> and <see cref="ReportFormat.Svg"/> the folder of the tables or figures; missing
    /// folders are made.</param>
    /// <param name="options">A user's own figures; null for none.</param>
    /// <exception cref="ArgumentException">Two figures have one id.</exception>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, is intact.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Write(this ReservoirAnalysis analysis, ReportFormat format, string path, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var own = options?.Figures ?? [];
        analysis = analysis with { Figures = ReportFigures.Notes(analysis, own) };
        switch (format)
        {
            case ReportFormat.Json:
                KernelFlow.ResultsFile.Write(analysis, path);
                break;
            case ReportFormat.Markdown:
                Replace(path, MarkdownReport.Text(analysis));
                break;
            case ReportFormat.Html:
                Replace(path, HtmlReport.Text(analysis, ReportFigures.All(analysis, own)));
                break;
            case ReportFormat.Svg:
                ReplaceFigures(path, ReportFigures.All(analysis, own));
                break;
            case ReportFormat.Csv:
                foreach (var (file, text) in Tables.All(analysis)) Replace(Path.Combine(path, file), text);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Not a report format.");
        }
    }

    /// <summary>Writes the report folder: results.json, report.html, report.md, figures/*.svg and tables/*.csv. An earlier report in it is replaced,
    /// and its operators are removed unless it is the same analysis.</summary>
    /// <param name="analysis">What to write.</param>
    /// <param name="folder">The folder; made when missing.</param>
    /// <param name="options">A user's own figures; null for none.</param>
    /// <exception cref="ArgumentException">Two figures have one id.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static void WriteFolder(this ReservoirAnalysis analysis, string folder, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var own = options?.Figures ?? [];
        analysis = analysis with { Figures = ReportFigures.Notes(analysis, own) };
        string results = Path.Combine(folder, ResultsFile);
        // Figures take as long as all other files together: they are drawn beside them.
        var drawn = Task.Run(() => ReportFigures.All(analysis, own));
        string text = KernelFlow.ResultsFile.Text(analysis);
        string? before = File.Exists(results) ? File.ReadAllText(results) : null;
        bool same = before == text;
        // What an earlier report had of a user's own figures is looked up only where it names any.
        var earlier = before is null || before.Contains(NoOwnFigures, StringComparison.Ordinal) ? [] : KernelFlow.ResultsFile.Figures(results);
        // results.json is written first, because it marks the folder as ours should the rest fail.
        Replace(results, text);
        var page = drawn.ContinueWith(figures =>
        {
            Replace(Path.Combine(folder, HtmlFile), HtmlReport.Text(analysis, figures.GetAwaiter().GetResult()));
            ReplaceFigures(Path.Combine(folder, FiguresFolder), figures.Result);
            foreach (var note in earlier.Where(note => figures.Result.All(f => f.Figure.Head.Id != note.Id))) File.Delete(FigurePath(folder, note.Id));
        }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            analysis.Write(ReportFormat.Csv, Path.Combine(folder, TablesFolder));
            // Those of another analysis do not belong to this one; whoever wants its operators writes them afterwards.
            if (!same) File.Delete(Path.Combine(folder, OperatorsFile));
            Replace(Path.Combine(folder, MarkdownFile), MarkdownReport.Text(analysis, drawn.GetAwaiter().GetResult()));
        }
        finally
        {
            ((IAsyncResult)page).AsyncWaitHandle.WaitOne();
        }
        page.GetAwaiter().GetResult();
    }

    /// <summary>The text of results.json.</summary>
    public static string Json(ReservoirAnalysis analysis) => KernelFlow.ResultsFile.Text(analysis);

    // How results.json says that there are none.
    private const string NoOwnFigures = "\"figures\": []";

    private static string FigurePath(string folder, string id) => Path.Combine(folder, FiguresFolder, id + ".svg");

    private static void ReplaceFigures(string folder, IReadOnlyList<(string Section, Figure Figure)> figures)
    {
        foreach (var (_, figure) in figures)
        {
            string path = Path.Combine(folder, figure.Head.Id + ".svg");
            if (figure.Drawing is { } drawing) Replace(path, HtmlStyle.Alone(drawing));
            else if (File.Exists(path)) File.Delete(path);
        }
    }

    private static void Replace(string path, string text) => Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private static void Replace(string path, Action<Stream> write)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        AtomicFile.Write(path, write);
    }
}
