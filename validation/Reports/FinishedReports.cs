using System.Text.Json;
using KernelFlow.Files;
using KernelFlow.Results;

namespace KernelFlow.Validation.Reports;

/// <summary>Whether a folder holds the report that an experiment would make again: what lets an interrupted validation go on.</summary>
internal static class FinishedReports
{
    /// <summary>The entry of <see cref="ExperimentReport.Origin"/> that says by which options a report was made.</summary>
    public const string Key = "options";

    /// <summary>Everything that a result depends on. The number of threads is not part of it.</summary>
    public static string Text(ExperimentOptions options) => $"version {ToolInfo.Current.Version}, {(options.Quick ? "quick" : "full")}, "
        + $"seed {NumberText.Count(options.Seed)}, cells {(options.Cells.Count == 0 ? "all" : string.Join(" and ", options.Cells.Select(c => $"\"{c}\"")))}, "
        + $"runs {(options.Runs is { } runs ? NumberText.Count(runs) : "its own")}, backend {options.Backend?.Name ?? "auto"}";

    /// <summary>The verdict of a whole report with these options; null where there is none.</summary>
    public static Verdict? Find(string id, ExperimentOptions options, string folder)
    {
        string numbers = Path.Combine(folder, ExperimentReports.JsonFile);
        if (ReportMark.Of(numbers) is not { } mark) return null;
        // The page is written first and the numbers last; a folder in which they disagree was left half written.
        if (ReportMark.Of(Path.Combine(folder, ExperimentReports.HtmlFile)) != mark) return null;
        if (Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any(f => IsOfAnother(f, mark))) return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(numbers));
            var root = json.RootElement;
            return root.GetProperty("id").GetString() == id && root.GetProperty("origin").GetProperty(Key).GetString() == Text(options)
                && Enum.TryParse(root.GetProperty("verdict").GetString(), out Verdict verdict) ? verdict : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsOfAnother(string file, string mark) =>
        Path.GetExtension(file) is ".md" or ".svg" or ".csv" && ReportMark.Of(file) is { } other && other != mark;
}
