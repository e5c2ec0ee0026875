using static KernelFlow.Reporting.ColumnKind;

namespace KernelFlow.Reporting;

/// <summary>The tables of a report, with typed cells.</summary>
internal static class Tables
{
    // Only where windows were asked for.
    private const string WindowsFile = "windows.csv";

    private static readonly (string File, Func<string, ReservoirAnalysis, ReportTable> Make)[] _tables =
    [
        ("spectrum.csv", (file, a) => Spectrum(file, a.KnownSpectrum.OrNull())),
        ("leading-modes.csv", (file, a) => Leading(file, a.MatrixFree.OrNull()?.Modes ?? [])),
        ("modes.csv", (file, a) => Modes(file, a.KnownInclusion.OrNull()?.Modes ?? [])),
        ("claims.csv", (file, a) => Claims(file, a.Claims)),
        ("intervals.csv", (file, a) => Intervals(file, a.Intervals)),
        (WindowsFile, (file, a) => Windows(file, a.Windows)),
        ("kernel-evolution.csv", (file, a) => Evolution(file, a.KnownEvolution.OrNull()?.Points ?? [])),
        ("displacement.csv", Displacement),
        .. InclusionTables.All,
        .. CurveTables.All,
    ];

    /// <summary>File names of all the tables there may be, in a fixed order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. _tables.Select(t => t.File)];

    /// <summary>The tables that an analysis has, in the same order.</summary>
    public static IEnumerable<ReportTable> All(ReservoirAnalysis analysis) =>
        _tables.Where(t => t.File != WindowsFile || analysis.Windows.Count > 0).Select(t => t.Make(t.File, analysis));

    private static ReportTable Spectrum(string file, SpectrumResult? spectrum)
    {
        var table = new ReportTable(file, ("mode", Count), ("eigenvalue", Number), ("residualNorm", Number), ("dissipatedFraction", Number),
            ("relativeEigenvalue", Number));
        for (int j = 0; j < spectrum?.Eigenvalues.Count; j++)
            table.Add(j + 1, spectrum.Eigenvalues[j], spectrum.ResidualNorms[j], spectrum.DissipatedFraction.OrNull()?[j], spectrum.RelativeEigenvalues[j]);
        return table;
    }

    private static ReportTable Leading(string file, IReadOnlyList<LeadingMode> modes)
    {
        var table = new ReportTable(file, ("mode", Count), ("eigenvalue", Number), ("residual", Number), ("measure", Number), ("response", Number),
            ("boundAtMost", Number), ("rowRatioAtLeast", Number), ("motion", Number));
        for (int j = 0; j < modes.Count; j++)
        {
            var m = modes[j];
            table.Add(j + 1, m.Eigenvalue, m.Residual, m.Measure, m.Response, m.Bound, m.RowRatio, m.Motion);
        }
        return table;
    }

    private static ReportTable Modes(string file, IReadOnlyList<ModeVisibility> modes)
    {
        var table = new ReportTable(file, ("mode", Count), ("eigenvalue", Number), ("measure", Number), ("response", Number), ("bound", Number),
            ("floor", Number), ("ratio", Number), ("inReservoir", Flag), ("slack", Number), ("dissipationDifference", Number),
            ("responseDifference", Number), ("independentBound", Number));
        for (int j = 0; j < modes.Count; j++)
        {
            var m = modes[j];
            table.Add(j + 1, m.Eigenvalue, m.Measure, m.Response, m.Bound, m.Floor, m.Ratio, m.InReservoir, m.Slack, m.DissipationDifference,
                m.ResponseDifference, m.IndependentBound);
        }
        return table;
    }

    private static ReportTable Claims(string file, IReadOnlyList<ClaimResult> claims)
    {
        var table = new ReportTable(file, ("id", Text), ("name", Text), ("verdict", Text), ("relativeError", Number), ("correlation", Number),
            ("tolerance", Number), ("integration", Number), ("interpolation", Number), ("descent", Number), ("rounding", Number), ("sketch", Number),
            ("truncation", Number), ("reason", Text));
        foreach (var c in claims)
            table.Add(c.Id, c.Name, c.Verdict.ToString(), c.RelativeError.OrNull(), c.Correlation, c.Tolerance, c.Budget?.Integration.OrNull(),
                c.Budget?.Interpolation.OrNull(), c.Budget?.Descent.OrNull(), c.Budget?.Rounding.OrNull(), c.Budget?.Sketch?.OrNull(),
                c.Budget?.Truncation?.OrNull(), c.Reason);
        return table;
    }

    private static ReportTable Intervals(string file, IReadOnlyList<IntervalResult> intervals)
    {
        var table = new ReportTable(file, ("from", Number), ("to", Number), ("transportDefect", Number), ("steps", Count));
        foreach (var i in intervals) table.Add(i.From, i.To, i.TransportDefect.OrNull(), i.Steps);
        return table;
    }

    private static ReportTable Windows(string file, IReadOnlyList<WindowResult> windows)
    {
        var table = new ReportTable(file, ("from", Number), ("to", Number), ("steps", Count), ("integrationError", Number), ("signalDimension", Count),
            ("reservoirDimension", Count), ("effectiveRank", Number), ("largestEigenvalue", Number), ("largestFraction", Number), ("inclusion", Text),
            ("worstRatio", Number), ("dissipation", Number), ("transport", Number), ("trainTransfer", Number), ("testTransfer", Number),
            ("dissipationBudget", Number), ("transportBudget", Number), ("trainTransferBudget", Number), ("testTransferBudget", Number),
            ("dissipationVerdict", Text), ("transportVerdict", Text), ("trainTransferVerdict", Text), ("testTransferVerdict", Text));
        foreach (var w in windows)
            table.Add(w.From, w.To, w.Steps, w.IntegrationError, Whole(w.SignalDimension), Whole(w.ReservoirDimension), w.EffectiveRank, w.LargestEigenvalue,
                w.LargestFraction.OrNull(), w.Inclusion.ToString(), w.WorstRatio, w.Dissipation.OrNull(), w.Transport.OrNull(), w.TrainTransfer.OrNull(),
                w.TestTransfer.OrNull(), Sum(w, 0), Sum(w, 1), Sum(w, 2), Sum(w, 3), Judged(w, 0), Judged(w, 1), Judged(w, 2), Judged(w, 3));
        return table;
    }

    private static double? Sum(WindowResult window, int claim) => window.Claims.ElementAtOrDefault(claim)?.Budget?.Sum;

    private static string Judged(WindowResult window, int claim) => window.Claims.ElementAtOrDefault(claim)?.Verdict.ToString() ?? "";

    private static object? Whole(Known<int> number) => number.TryGet(out int x) ? x : null;

    private static ReportTable Evolution(string file, IReadOnlyList<KernelEvolutionPoint> points)
    {
        var table = new ReportTable(file, ("time", Number), ("spectralDrift", Number), ("frobeniusDrift", Number), ("centredAlignment", Number),
            ("rotation", Number), ("largestEigenvalue", Number));
        foreach (var p in points)
            table.Add(p.Time, p.SpectralDrift, p.FrobeniusDrift, p.CentredAlignment, p.Rotation, p.LargestEigenvalue);
        return table;
    }

    private static ReportTable Displacement(string file, ReservoirAnalysis analysis)
    {
        var table = new ReportTable(file, ("set", Text), ("example", Count), ("output", Count), ("recorded", Number), ("predicted", Number));
        var d = analysis.Displacements;
        Stacked(table, "test", d.RecordedTest, d.PredictedTest, analysis.Run.Outputs);
        Stacked(table, "train", d.RecordedTrain, d.PredictedTrain, analysis.Run.Outputs);
        return table;
    }

    private static void Stacked(ReportTable table, string set, IReadOnlyList<double> recorded, IReadOnlyList<double> predicted, int outputs)
    {
        for (int i = 0; i < recorded.Count; i++) table.Add(set, i / outputs, i % outputs, recorded[i], predicted[i]);
    }
}
