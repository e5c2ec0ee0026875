using KernelFlow.Analysis.Comparisons;

namespace KernelFlow;

/// <summary>Puts analyses side by side: capacities, label noise, optimizers, windows of time, densities of checkpoints.</summary>
public static class Compare
{
    /// <summary>Compares analyses that are there already.</summary>
    /// <param name="runs">At least two, with labels of their own.</param>
    /// <exception cref="ArgumentException">Fewer than two, or two with one label.</exception>
    public static RunComparison Runs(IEnumerable<ComparedRun> runs) => RunComparison.Of(runs);

    /// <summary>Analyses run folders, or reads report folders, and compares them.</summary>
    /// <param name="folders">Folders of recorded runs (with run.json) or of reports (with results.json), or results.json files; one is enough when there are
    /// several windows or densities.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Receives stages, named by run.</param>
    /// <param name="cancellation">Honoured within one integration step.</param>
    /// <exception cref="InvalidRunException">A folder holds neither, or its contents are not sound.</exception>
    /// <exception cref="InvalidResultsException">A report is not sound.</exception>
    /// <exception cref="ArgumentException">A folder is given twice, windows or densities are asked of a report, a time is not that of a checkpoint, or there is
    /// only one thing to compare.</exception>
    /// <exception cref="Numerics.NumericalException">A computation failed.</exception>
    public static RunComparison Runs(IReadOnlyList<string> folders, CompareOptions? options = null, IProgress<AnalysisProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folders);
        options ??= new CompareOptions();
        var sources = ComparisonSource.All(folders, options);
        return Runs(sources.Select(source => source.Get(options.Analysis, progress, cancellation)));
    }

    /// <summary>Reads results.json of an earlier analysis.</summary>
    /// <param name="path">The file, or the report folder that holds it.</param>
    /// <param name="label">Its label; null for the run's name, or the folder's where the run has none.</param>
    /// <exception cref="InvalidResultsException">It is not there, is not results.json of this version, or lacks a key; the message names it.</exception>
    public static ComparedRun Read(string path, string? label = null) => ComparedRun.Read(path, label);
}
