namespace KernelFlow;

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
