using KernelFlow.Files;

namespace KernelFlow;

/// <summary>What a report has beyond what every report has.</summary>
public sealed record ReportOptions
{
    /// <summary>A user's own figures, in order; each under its section, after the figures that are always there. results.json lists them, so that a report
    /// that is rendered
    /// from it without them names them as left out.</summary>
    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    /// <summary>Writes <see cref="ReservoirReports.OperatorsFile"/> to the path it is given, such as the method <c>WriteOperators</c> of the
    /// analysis; null for a
    /// report without. Operators of the same analysis that are there already stay either way.</summary>
    public Action<string>? Operators { get; init; }

    /// <summary>Whether everything is written on the calling thread; otherwise figures are drawn on another one beside it.</summary>
    public bool OneThread { get; init; }

    /// <summary>The lock of the report folder where the caller holds it already; null to take it.</summary>
    public FolderLock? Lock { get; init; }
}
