namespace KernelFlow;

/// <summary>Several analyses side by side: what <see cref="Compare"/> found, immutable.</summary>
public sealed record RunComparison
{
    /// <summary>The runs, in the order given.</summary>
    public required IReadOnlyList<ComparedRun> Runs { get; init; }

    /// <summary>The facts that are not the same in all runs: network, label noise, window, checkpoints, options.</summary>
    public required IReadOnlyList<ComparedFact> Differences { get; init; }

    /// <summary>What to keep in mind when the numbers are read beside each other: different thresholds, modes, losses, sizes.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>One fact with its value in every run.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">Its values in the order of the runs; an empty text where a run does not say.</param>
public sealed record ComparedFact(string Name, IReadOnlyList<string> Values);

/// <summary>A window of flow time to compare.</summary>
/// <param name="From">Flow time of a checkpoint; null for the first.</param>
/// <param name="To">Flow time of a checkpoint; null for the last.</param>
public sealed record CompareWindow(double? From, double? To);

/// <summary>How runs are analysed for a comparison.</summary>
public sealed record CompareOptions
{
    /// <summary>Options of every analysis; their own window applies when <see cref="Windows"/> is empty.</summary>
    public AnalysisOptions Analysis { get; init; } = new();

    /// <summary>Windows of each run; empty for one, the window of <see cref="Analysis"/>.</summary>
    public IReadOnlyList<CompareWindow> Windows { get; init; } = [];

    /// <summary>Densities of checkpoints: every k-th is kept, and the last. Empty for all checkpoints.</summary>
    public IReadOnlyList<int> Every { get; init; } = [];
}
