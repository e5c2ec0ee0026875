using KernelFlow.Files;
using KernelFlow.Reporting;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;
using KernelFlow.Results;

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

    /// <summary>Every file that belongs to the report in a folder: <see cref="Files"/>, and the figures of a user's own that its results.json
    /// lists.</summary>
    public static IReadOnlyList<string> FilesIn(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return [.. Files, .. KernelFlow.ResultsFile.Figures(Path.Combine(folder, ResultsFile)).Select(note => FigureFile(note.Id))];
    }

    /// <summary>Whether a file, or with a slash at the end a folder, belongs to the report in a folder, by its path relative to it with forward
    /// slashes.</summary>
    public static Func<string, bool> OwnerIn(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return ReportFiles.Owner(FilesIn(folder));
    }

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
        string id = KernelFlow.ResultsFile.Id(analysis);
        switch (format)
        {
            case ReportFormat.Json:
                KernelFlow.ResultsFile.Write(analysis, path);
                break;
            case ReportFormat.Markdown:
                Replace(path, ReportMark.Comment(MarkdownReport.Text(analysis), id));
                break;
            case ReportFormat.Html:
                Replace(path, ReportMark.Comment(HtmlReport.Text(analysis, ReportFigures.All(analysis, own)), id));
                break;
            case ReportFormat.Svg:
                foreach (var (_, figure) in ReportFigures.All(analysis, own))
                {
                    string file = Path.Combine(path, figure.Head.Id + ".svg");
                    if (figure.Drawing is { } drawing) Replace(file, ReportMark.Comment(HtmlStyle.Alone(drawing), id));
                    else if (File.Exists(file)) File.Delete(file);
                }
                break;
            case ReportFormat.Csv:
                foreach (var table in Tables.All(analysis)) Replace(Path.Combine(path, table.File), ReportMark.Table(table.Csv(), id));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Not a report format.");
        }
    }

    /// <summary>Writes the report folder: results.json, report.html, report.md, figures/*.svg and tables/*.csv. An earlier report in it is replaced
    /// as a whole,
    /// and its operators are removed unless it is the same analysis. Files of others stay.</summary>
    /// <param name="analysis">What to write.</param>
    /// <param name="folder">The folder; made when missing.</param>
    /// <param name="options">A user's own figures and operators; null for none.</param>
    /// <exception cref="ArgumentException">Two figures have one id.</exception>
    /// <exception cref="FolderInUseException">Another process is writing the folder.</exception>
    /// <exception cref="IOException">A file cannot be written; an earlier report is intact.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static void WriteFolder(this ReservoirAnalysis analysis, string folder, ReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var own = options?.Figures ?? [];
        analysis = analysis with { Figures = ReportFigures.Notes(analysis, own) };
        string id = KernelFlow.ResultsFile.Id(analysis);
        using var taken = options?.Lock is null ? FolderLock.Make(folder) : null;
        using var files = FolderReplacement.Begin(options?.Lock ?? taken!, OwnerIn(folder));
        // Figures take as long as all other files together: they are drawn beside them, where a thread beside this one is allowed.
        bool alone = options?.OneThread == true;
        var drawn = new Task<IReadOnlyList<(string Section, Figure Figure)>>(() => ReportFigures.All(analysis, own));
        if (alone) drawn.RunSynchronously(TaskScheduler.Default);
        else drawn.Start(TaskScheduler.Default);
        var page = drawn.ContinueWith(figures =>
        {
            files.Write(HtmlFile, ReportMark.Comment(HtmlReport.Text(analysis, figures.GetAwaiter().GetResult()), id));
            foreach (var (_, figure) in figures.Result)
                if (figure.Drawing is { } drawing) files.Write(FigureFile(figure.Head.Id), ReportMark.Comment(HtmlStyle.Alone(drawing), id));
        }, CancellationToken.None, alone ? TaskContinuationOptions.ExecuteSynchronously : TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            files.Write(ResultsFile, KernelFlow.ResultsFile.Text(analysis));
            foreach (var table in Tables.All(analysis)) files.Write($"{TablesFolder}/{table.File}", ReportMark.Table(table.Csv(), id));
            // Those of another analysis do not belong to this one.
            if (options?.Operators is { } write) files.WriteTo(OperatorsFile, write);
            else if ((ReportMark.Of(Path.Combine(folder, OperatorsFile)) ?? id) == id
                && KernelFlow.ResultsFile.Holds(Path.Combine(folder, ResultsFile), analysis))
                files.Keep(OperatorsFile);
            files.Write(MarkdownFile, ReportMark.Comment(MarkdownReport.Text(analysis, drawn.GetAwaiter().GetResult()), id));
        }
        finally
        {
            ((IAsyncResult)page).AsyncWaitHandle.WaitOne();
        }
        page.GetAwaiter().GetResult();
        files.Commit(HtmlFile, ResultsFile);
    }

    /// <summary>The tables of the report with typed cells, in the order of <see cref="Files"/>; a table without data has its columns only.</summary>
    public static IReadOnlyList<ReportTable> TablesOf(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        return [.. Tables.All(analysis)];
    }

    /// <summary>The text of results.json.</summary>
    public static string Json(ReservoirAnalysis analysis) => KernelFlow.ResultsFile.Text(analysis);

    private static string FigureFile(string id) => $"{FiguresFolder}/{id}.svg";

    private static void Replace(string path, string text)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        AtomicFile.WriteAllText(path, text);
    }
}
