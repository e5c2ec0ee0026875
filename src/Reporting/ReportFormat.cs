namespace KernelFlow;

/// <summary>What <see cref="ReservoirReports.Write"/> writes.</summary>
public enum ReportFormat
{
    /// <summary>results.json: what programs read (docs/results.md).</summary>
    Json,

    /// <summary>report.md: what people read.</summary>
    Markdown,

    /// <summary>A folder of comma-separated tables: spectrum, modes, claims, intervals, kernel-evolution, displacement.</summary>
    Csv,

    /// <summary>report.html: one self-contained page with figures.</summary>
    Html,

    /// <summary>A folder of figures, one SVG each, readable in light and dark.</summary>
    Svg,
}
