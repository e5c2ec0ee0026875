using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>The curves as tables of report.html and report.md; one without data has none.</summary>
internal static class CurveSections
{
    /// <summary>All of them, in reading order.</summary>
    public static IEnumerable<TableSection> All(ReservoirAnalysis analysis)
    {
        if (analysis.Schedule.OrNull() is { } schedule) yield return Schedule(analysis, schedule);
        if (analysis.NoisePlacement.OrNull() is { } noise) yield return Noise(noise);
        if (analysis.RiskGate.OrNull() is { } gate) yield return Gate(gate);
        if (RiskSections.Of(analysis) is { } risk) yield return risk;
        foreach (var section in OrderSections.All(analysis)) yield return section;
        if (analysis.Influence.OrNull() is { } influence) yield return Influence(influence);
    }

    private static TableSection Noise(NoisePlacement noise)
    {
        string facts = $"{Count(noise.NoisyExamples)} labels were changed. The part of g(s) that they make (noise), the rest (clean) and g(s) itself: "
            + "share in the signal channel of W_S(s, T), share 2β vᵀWv/‖v‖² of its energy that is gone, and the response of the test outputs "
            + "‖G_Q v‖/‖v‖ to the noise as a multiple of that to the clean part.";
        return new("Noise placement", [facts],
            ["#T", "#noise, signal share", "#clean, signal share", "#g, signal share", "#noise, dissipated", "#clean, dissipated", "#g, dissipated",
                "#response to noise, relative"],
        [
            .. noise.Points.Select(p => (string[])
            [
                Short(p.Time, 6), Short(p.Noise.SignalShare), Short(p.Clean.SignalShare), Short(p.Gradient.SignalShare), Short(p.Noise.Dissipated),
                    Short(p.Clean.Dissipated), Short(p.Gradient.Dissipated), Short(p.RelativeResponse),
            ]),
        ]);
    }

    private static TableSection Gate(RiskGate gate) => new("Population-risk gate",
        ["Share of parameters whose mean per-example gradient exceeds its noise, μ² > σ²/(b−1), and the share of the full gradient's square that they hold."],
        ["#t", "#all", .. gate.Layers.Count > 1 ? gate.Layers.Select(l => "#" + l.Name) : [], "#gradient kept"],
        [
            .. gate.Points.Select(p => (string[])
                [Short(p.Time, 6), Short(p.Share), .. gate.Layers.Count > 1 ? p.PerLayer.Select(x => Short(x)) : [], Short(p.GradientShare)]),
        ]);

    private static TableSection Influence(InfluenceResult influence)
    {
        const int most = 10;
        var first = Enumerable.Range(0, influence.Examples.Count).OrderByDescending(i => influence.Examples[i].TestContribution).Take(most)
            .Select(i => (i, e: influence.Examples[i])).ToArray();
        return new("Influence of training examples", ["The examples whose gradient moved the test outputs most, to first order along the recorded path; "
            + "retraining without them would change the path itself."],
            ["#example", "#‖g_i‖", "#self-influence", "#test contribution", "#test response"],
            [.. first.Select(x => (string[])[Count(x.i), Short(x.e.Gradient), Short(x.e.SelfInfluence), Short(x.e.TestContribution), Short(x.e.TestResponse)])],
            influence.Examples.Count > first.Length
                ? $"{Count(first.Length)} of {Count(influence.Examples.Count)} rows; all are in tables/influence.csv." : null);
    }

    private static TableSection Schedule(ReservoirAnalysis analysis, SpectralSchedule schedule)
    {
        string facts = $"The spectrum of W_S(s, T) as T grows{(!analysis.Spectrum.DissipatedFraction.IsKnown ? "" : ", as fractions 2βλ_j")}: which "
            + "directions training takes up first, and which it leaves. All eigenvalues are in tables/schedule.csv.";
        return new("Spectral schedule", [facts], ["#T", "#first", "#middle", "#last", "#signal modes", "#effective rank"],
        [
            .. schedule.OverEnd.Select(p => (p, values: p.DissipatedFraction ?? p.Eigenvalues)).Select(x => (string[])
                [Short(x.p.Time, 6), Short(x.values[0]), Short(x.values[x.values.Count / 2]), Short(x.values[^1]), Count(x.p.SignalDimension),
                    Short(x.p.EffectiveRank, 4)]),
        ]);
    }
}
