namespace KernelFlow;

/// <summary>What a report has beyond what every report has.</summary>
public sealed record ReportOptions
{
    /// <summary>A user's own figures, in order; each under its section, after the figures that are always there. results.json lists them, so that a report
    /// that is rendered
    /// from it without them names them as left out.</summary>
    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];
}
