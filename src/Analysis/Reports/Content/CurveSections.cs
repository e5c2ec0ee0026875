using static KernelFlow.Analysis.Reports.NumberText;

namespace KernelFlow.Analysis.Reports.Content;

/// <summary>The curves as tables of report.html and report.md; one without data has none.</summary>
internal static class CurveSections
{
    /// <summary>All of them, in reading order.</summary>
    public static IEnumerable<TableSection> All(ReservoirAnalysis analysis)
    {
        if (analysis.Schedule is { } schedule) yield return Schedule(analysis, schedule);
    }

    private static TableSection Schedule(ReservoirAnalysis analysis, SpectralSchedule schedule)
    {
        string facts = $"The spectrum of W_S(s, T) as T grows{(analysis.Spectrum.DissipatedFraction is null ? "" : ", as fractions 2βλ_j")}: which directions training takes up first, and which it leaves. All eigenvalues are in tables/schedule.csv.";
        return new("Spectral schedule", [facts], ["#T", "#first", "#middle", "#last", "#signal modes", "#effective rank"],
        [
            .. schedule.OverEnd.Select(p => (p, values: p.DissipatedFraction ?? p.Eigenvalues)).Select(x => (string[])
                [Short(x.p.Time, 6), Short(x.values[0]), Short(x.values[x.values.Count / 2]), Short(x.values[^1]), Count(x.p.SignalDimension), Short(x.p.EffectiveRank, 4)]),
        ]);
    }
}
