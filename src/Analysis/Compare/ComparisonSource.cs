using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Analysis.Comparisons;

/// <summary>One thing to compare: a window of a run at a density, or a report.</summary>
/// <param name="Folder">The folder or file, as given.</param>
/// <param name="Label">The label under which reports show it.</param>
/// <param name="Window">The window; null for that of the analysis options, or for a report.</param>
/// <param name="Every">Which checkpoints are kept.</param>
/// <param name="IsRun">Whether it is to be analysed; otherwise it is read.</param>
internal sealed record ComparisonSource(string Folder, string Label, CompareWindow? Window, int Every, bool IsRun)
{
    private const string RunFile = "run.json";

    /// <summary>What the folders, windows and densities make, in that order.</summary>
    public static IReadOnlyList<ComparisonSource> All(IReadOnlyList<string> folders, CompareOptions options)
    {
        foreach (int every in options.Every)
            if (every < 1) throw new ArgumentException($"every: {Count(every)} is out of range; it must be at least 1.");
        string[] full = [.. folders.Select(f => Path.TrimEndingDirectorySeparator(Path.GetFullPath(f)))];
        for (int i = 0; i < full.Length; i++)
            if (Array.IndexOf(full, full[i]) != i) throw new ArgumentException($"{folders[i]} is given twice.");
        string[] names = ShortNames(full);
        CompareWindow?[] windows = options.Windows.Count == 0 ? [null] : [.. options.Windows];
        int[] densities = options.Every.Count == 0 ? [1] : [.. options.Every.Distinct()];
        var sources = new List<ComparisonSource>();
        for (int i = 0; i < full.Length; i++)
        {
            if (!IsRunFolder(folders[i]))
            {
                if (options.Windows.Count > 0 || options.Every.Count > 0)
                    throw new ArgumentException($"{folders[i]} holds results, not a run: its window and its checkpoints cannot be chosen any more.");
                sources.Add(new ComparisonSource(folders[i], names[i], null, 1, false));
                continue;
            }
            foreach (var window in windows)
                foreach (int every in densities)
                    sources.Add(new ComparisonSource(folders[i], names[i] + (windows.Length > 1 ? " " + Text(window!) : "")
                        + (densities.Length > 1 ? $" every {Count(every)}" : ""), window, every, true));
        }
        if (sources.Count < 2) throw new ArgumentException("There is only one thing to compare: give several runs, windows or densities.");
        return sources;
    }

    /// <summary>Analyses or reads it.</summary>
    public ComparedRun Get(AnalysisOptions options, IProgress<AnalysisProgress>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!IsRun) return Compare.Read(Folder, Label);
        if (Window is not null) options = options with { From = Window.From, To = Window.To };
        using var run = Open(Folder, options);
        var checkpoints = run.Checkpoints;
        if (Every > 1)
        {
            int last = checkpoints.Count - 1;
            // The first checkpoint, every k-th after it and the last are kept, so that all densities share their window.
            int[] kept = [.. Enumerable.Range(0, last).Where(k => k % Every == 0), last];
            checkpoints = checkpoints.Subset(kept);
        }
        var named = progress is null ? null : new Named(Label, progress);
        return ComparedRun.Of(Label, Analyze.Reservoir(checkpoints, options with { From = null, To = null }, named, cancellation));
    }

    // Of several runs, a time that is not a checkpoint's is wrong in one of them: the message must say which.
    private static RecordedRun Open(string folder, AnalysisOptions options)
    {
        try
        {
            return RecordedRun.Open(folder, options.From, options.To);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"{folder}: {e.Message}", e);
        }
    }

    private static bool IsRunFolder(string path)
    {
        if (File.Exists(Path.Combine(path, RunFile))) return true;
        if (File.Exists(Path.Combine(path, ResultsFile.Name)) || File.Exists(path)) return false;
        throw new InvalidRunException(Directory.Exists(path)
            ? $"{path}: neither a run nor a report: it holds no {RunFile} and no {ResultsFile.Name}."
            : $"{path}: folder not found.");
    }

    private static string Text(CompareWindow window) => $"[{(window.From is { } a ? Short(a, 6) : "start")}, {(window.To is { } b ? Short(b, 6) : "end")}]";

    /// <summary>As many of the last parts of each path as it takes to tell all of them apart.</summary>
    private static string[] ShortNames(string[] full)
    {
        string[][] parts = [.. full.Select(f => f.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries))];
        // A report is told by its folder, not by the name that all of them share.
        parts = [.. parts.Select(p => p.Length > 1 && p[^1] == ResultsFile.Name ? p[..^1] : p)];
        int most = parts.Max(p => p.Length);
        for (int k = 1; ; k++)
        {
            string[] names = [.. parts.Select(p => string.Join('/', p.TakeLast(k)))];
            if (k >= most || names.Distinct(StringComparer.Ordinal).Count() == names.Length) return names;
        }
    }

    private sealed class Named(string label, IProgress<AnalysisProgress> inner) : IProgress<AnalysisProgress>
    {
        public void Report(AnalysisProgress value) => inner.Report(new AnalysisProgress($"{label}: {value.Stage}", value.Fraction));
    }
}
