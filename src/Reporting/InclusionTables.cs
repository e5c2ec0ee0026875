using static KernelFlow.Reporting.ColumnKind;

namespace KernelFlow.Reporting;

/// <summary>The tables of the inclusion certificate beyond its modes; one without data has its columns only.</summary>
internal static class InclusionTables
{
    /// <summary>File names and what makes them.</summary>
    public static IReadOnlyList<(string File, Func<string, ReservoirAnalysis, ReportTable> Make)> All { get; } =
    [
        ("threshold-curve.csv", (file, a) => ThresholdCurve(file, a.KnownInclusion.OrNull()?.ThresholdCurve ?? [])),
        ("operator-checks.csv", (file, a) => OperatorChecks(file, a.KnownInclusion.OrNull()?.OperatorChecks ?? [])),
        ("relative-dissipation.csv", (file, a) => RelativeDissipation(file, a.RelativeDissipation.OrNull())),
    ];

    private static ReportTable ThresholdCurve(string file, IReadOnlyList<ThresholdPoint> points)
    {
        var table = new ReportTable(file, ("threshold", Number), ("signalDimension", Count), ("reservoirDimension", Count), ("verdict", Text),
            ("relativeErrorSignalOnly", Number), ("worstReservoirResponse", Number));
        foreach (var p in points)
            table.Add(p.Threshold, p.SignalDimension, p.ReservoirDimension, p.Verdict.ToString(), p.RelativeErrorSignalOnly, p.WorstReservoirResponse);
        return table;
    }

    private static ReportTable OperatorChecks(string file, IReadOnlyList<OperatorCheck> checks)
    {
        var table = new ReportTable(file, ("name", Text), ("defect", Number), ("limit", Number), ("passed", Flag));
        foreach (var c in checks) table.Add(c.Name, c.Defect, c.Limit, c.Passed);
        return table;
    }

    private static ReportTable RelativeDissipation(string file, RelativeDissipation? relative)
    {
        var table = new ReportTable(file, ("mode", Count), ("relativeDissipation", Number), ("response", Number), ("bound", Number),
            ("inReservoir", Flag));
        for (int k = 0; k < relative?.Values.Count; k++)
            table.Add(k + 1, relative.Values[k], relative.Responses[k], relative.Bounds[k], relative.Values[k] < relative.Threshold);
        return table;
    }
}
