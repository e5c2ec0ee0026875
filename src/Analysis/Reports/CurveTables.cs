using static KernelFlow.Analysis.Reports.Tables;

namespace KernelFlow.Analysis.Reports;

/// <summary>The tables of the curves; one without data has its header only.</summary>
internal static class CurveTables
{
    /// <summary>File names and what writes them.</summary>
    public static IReadOnlyList<(string File, Func<ReservoirAnalysis, string> Text)> All { get; } =
    [
        ("schedule.csv", a => Schedule(a.Schedule)),
    ];

    private static string Schedule(SpectralSchedule? schedule)
    {
        var text = Header("from", "to", "mode", "eigenvalue", "dissipatedFraction");
        void Add(IReadOnlyList<SchedulePoint>? points, Func<SchedulePoint, (double? From, double? To)> window)
        {
            foreach (var p in points ?? [])
                for (int j = 0; j < p.Eigenvalues.Count; j++)
                    Row(text, Number(window(p).From), Number(window(p).To), Count(j + 1), Number(p.Eigenvalues[j]), Number(p.DissipatedFraction?[j]));
        }
        Add(schedule?.OverEnd, p => (null, p.Time));
        Add(schedule?.OverStart, p => (p.Time, null));
        return text.ToString();
    }
}
