using static KernelFlow.Reporting.CsvText;

namespace KernelFlow.Reporting;

/// <summary>The tables of the inclusion certificate beyond its modes; one without data has its header only.</summary>
internal static class InclusionTables
{
    /// <summary>File names and what writes them.</summary>
    public static IReadOnlyList<(string File, Func<ReservoirAnalysis, string> Text)> All { get; } =
    [
        ("threshold-curve.csv", a => ThresholdCurve(a.Inclusion)),
        ("operator-checks.csv", a => OperatorChecks(a.Inclusion)),
        ("relative-dissipation.csv", a => RelativeDissipation(a.RelativeDissipation.OrNull())),
    ];

    private static string ThresholdCurve(InclusionResult inclusion)
    {
        var text = Header("threshold", "signalDimension", "reservoirDimension", "verdict", "relativeErrorSignalOnly", "worstReservoirResponse");
        foreach (var p in inclusion.ThresholdCurve)
            Row(text, Number(p.Threshold), Count(p.SignalDimension), Count(p.ReservoirDimension), p.Verdict.ToString(), Number(p.RelativeErrorSignalOnly),
                Number(p.WorstReservoirResponse));
        return text.ToString();
    }

    private static string OperatorChecks(InclusionResult inclusion)
    {
        var text = Header("name", "defect", "limit", "passed");
        foreach (var c in inclusion.OperatorChecks) Row(text, c.Name, Number(c.Defect), Number(c.Limit), c.Passed ? "true" : "false");
        return text.ToString();
    }

    private static string RelativeDissipation(RelativeDissipation? relative)
    {
        var text = Header("mode", "relativeDissipation", "response", "bound", "inReservoir");
        for (int k = 0; k < relative?.Values.Count; k++)
            Row(text, Count(k + 1), Number(relative.Values[k]), Number(relative.Responses[k]), Number(relative.Bounds[k]),
                relative.Values[k] < relative.Threshold ? "true" : "false");
        return text.ToString();
    }
}
