using System.Text;
using static KernelFlow.Reporting.CsvText;

namespace KernelFlow.Reporting;

/// <summary>The comma-separated tables of a report.</summary>
internal static class Tables
{
    private static readonly (string File, Func<ReservoirAnalysis, string> Text)[] _tables =
    [
        ("spectrum.csv", a => Spectrum(a.Spectrum)),
        ("modes.csv", a => Modes(a.Inclusion)),
        ("claims.csv", a => Claims(a.Claims)),
        ("intervals.csv", a => Intervals(a.Intervals)),
        ("kernel-evolution.csv", a => Evolution(a.KernelEvolution)),
        ("displacement.csv", Displacement),
        .. InclusionTables.All,
        .. CurveTables.All,
    ];

    /// <summary>File names, in a fixed order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. _tables.Select(t => t.File)];

    /// <summary>File names and contents, in the same order.</summary>
    public static IEnumerable<(string File, string Text)> All(ReservoirAnalysis analysis) => _tables.Select(t => (t.File, t.Text(analysis)));

    private static string Spectrum(SpectrumResult spectrum)
    {
        var text = Header("mode", "eigenvalue", "residualNorm", "dissipatedFraction", "relativeEigenvalue");
        for (int j = 0; j < spectrum.Eigenvalues.Count; j++)
            Row(text, Count(j + 1), Number(spectrum.Eigenvalues[j]), Number(spectrum.ResidualNorms[j]), Number(spectrum.DissipatedFraction.OrNull()?[j]),
                Number(spectrum.RelativeEigenvalues[j]));
        return text.ToString();
    }

    private static string Modes(InclusionResult inclusion)
    {
        var text = Header("mode", "eigenvalue", "measure", "response", "bound", "floor", "ratio", "inReservoir", "slack", "dissipationDifference",
            "responseDifference", "independentBound");
        for (int j = 0; j < inclusion.Modes.Count; j++)
        {
            var m = inclusion.Modes[j];
            Row(text, Count(j + 1), Number(m.Eigenvalue), Number(m.Measure), Number(m.Response), Number(m.Bound), Number(m.Floor), Number(m.Ratio),
                m.InReservoir ? "true" : "false",
                Number(m.Slack), Number(m.DissipationDifference), Number(m.ResponseDifference), Number(m.IndependentBound));
        }
        return text.ToString();
    }

    private static string Claims(IReadOnlyList<ClaimResult> claims)
    {
        var text = Header(
            "id", "name", "verdict", "relativeError", "correlation", "tolerance", "integration", "interpolation", "descent", "rounding", "reason");
        foreach (var c in claims)
            Row(text, c.Id, c.Name, c.Verdict.ToString(), Number(c.RelativeError.OrNull()), Number(c.Correlation), Number(c.Tolerance),
                Number(c.Budget?.Integration.OrNull()),
                Number(c.Budget?.Interpolation.OrNull()), Number(c.Budget?.Descent.OrNull()), Number(c.Budget?.Rounding.OrNull()), c.Reason ?? "");
        return text.ToString();
    }

    private static string Intervals(IReadOnlyList<IntervalResult> intervals)
    {
        var text = Header("from", "to", "transportDefect", "steps");
        foreach (var i in intervals) Row(text, Number(i.From), Number(i.To), Number(i.TransportDefect.OrNull()), Count(i.Steps));
        return text.ToString();
    }

    private static string Evolution(KernelEvolution evolution)
    {
        var text = Header("time", "spectralDrift", "frobeniusDrift", "centredAlignment", "rotation", "largestEigenvalue");
        foreach (var p in evolution.Points)
            Row(text, Number(p.Time), Number(p.SpectralDrift), Number(p.FrobeniusDrift), Number(p.CentredAlignment), Number(p.Rotation),
                Number(p.LargestEigenvalue));
        return text.ToString();
    }

    private static string Displacement(ReservoirAnalysis analysis)
    {
        var text = Header("set", "example", "output", "recorded", "predicted");
        var d = analysis.Displacements;
        Stacked(text, "test", d.RecordedTest, d.PredictedTest, analysis.Run.Outputs);
        Stacked(text, "train", d.RecordedTrain, d.PredictedTrain, analysis.Run.Outputs);
        return text.ToString();
    }

    private static void Stacked(StringBuilder text, string set, IReadOnlyList<double> recorded, IReadOnlyList<double> predicted, int outputs)
    {
        for (int i = 0; i < recorded.Count; i++) Row(text, set, Count(i / outputs), Count(i % outputs), Number(recorded[i]), Number(predicted[i]));
    }
}
