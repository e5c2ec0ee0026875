using static KernelFlow.Reporting.ColumnKind;

namespace KernelFlow.Reporting.Comparisons;

/// <summary>The table of a comparison for programs: one row per run.</summary>
internal static class ComparisonTable
{
    private static readonly string[] s_parts = ["Error", "Integration", "Interpolation", "Descent", "Rounding"];

    /// <summary>The table; the claims of all runs have columns.</summary>
    public static ReportTable Of(RunComparison comparison)
    {
        string[] claims = ComparisonTables.DataClaims(comparison), consistency = ComparisonTables.ConsistencyClaims(comparison);
        var table = new ReportTable(ComparisonReports.CsvFile,
        [
            ("label", Text), ("verdict", Text), ("loss", Text), ("train", Count), ("test", Count), ("outputs", Count), ("parameters", Count),
            ("checkpoints", Count), ("from", Number), ("to", Number), ("mode", Text), ("method", Text), ("interpolation", Text), ("threshold", Number),
            ("signalDimension", Count), ("reservoirDimension", Count), ("effectiveRank", Number), ("visibility", Number), ("visibilityBound", Number),
            ("peakDrift", Number), ("endDrift", Number),
            .. claims.SelectMany(id => ((string, ColumnKind)[])[(id + "Verdict", Text), .. s_parts.Select(part => (id + part, Number))]),
            .. consistency.SelectMany(id => ((string, ColumnKind)[])[(id + "Verdict", Text), (id + "Number", Number)]),
            ("inputHash", Text),
        ]);
        foreach (var run in comparison.Runs)
            table.Add([.. Facts(run), .. claims.SelectMany(id => Data(run.Claim(id))),
                .. consistency.SelectMany(id => (object?[])[run.Claim(id)?.Verdict.ToString(), run.Claim(id)?.RelativeError.OrNull()]), run.Run.InputHash]);
        return table;
    }

    private static object?[] Facts(ComparedRun r) =>
    [
        r.Label, r.Inclusion.ToString(), r.Run.Loss, r.Run.Train, r.Run.Test, r.Run.Outputs, r.Run.Parameters, r.Run.Checkpoints, r.Window.From,
        r.Window.To, r.Options.Mode.Name(), r.Options.Method, r.Options.Interpolation, r.Options.Threshold,
        .. Operators(r),
    ];

    private static object?[] Operators(ComparedRun r) => !r.KnownSpectrum.IsKnown ? new object?[7] :
    [
        OrNull(r.Spectrum.SignalDimension), OrNull(r.Spectrum.ReservoirDimension), r.Spectrum.EffectiveRank,
        r.Visibility ?? double.PositiveInfinity, r.VisibilityBound, r.KernelEvolution.PeakDrift, r.KernelEvolution.EndDrift,
    ];

    private static object?[] Data(ClaimResult? c) =>
    [
        c?.Verdict.ToString(), c?.RelativeError.OrNull(), c?.Budget?.Integration.OrNull(), c?.Budget?.Interpolation.OrNull(),
        c?.Budget?.Descent.OrNull(), c?.Budget?.Rounding.OrNull(),
    ];

    private static int? OrNull(Known<int> count) => count.IsKnown ? count.Value : null;
}
