namespace KernelFlow.Analysis.Consistency;

/// <summary>What the recorded intervals look like beside predictions that start from the recorded state of each.</summary>
/// <param name="Intervals">Interval k, from checkpoint k to k + 1.</param>
/// <param name="LeftOut">Inner checkpoints with and without their Jacobian; empty where that could not be formed.</param>
/// <param name="Midpoints">Whether the predictions are by Simpson's rule with recorded midpoints, of single steps.</param>
/// <param name="Lengths">Length of each interval in flow time.</param>
internal sealed record IntervalRecord(IReadOnlyList<IntervalComparison> Intervals, IReadOnlyList<LeftOutCheckpoint> LeftOut, bool Midpoints,
    IReadOnlyList<double> Lengths);
