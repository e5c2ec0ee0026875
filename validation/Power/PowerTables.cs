using KernelFlow.Reporting;
using KernelFlow.Validation.Calibration;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Power;

/// <summary>The power study as people read it.</summary>
internal static class PowerTables
{
    private static readonly double[] s_bins = [1 / 3.0, 1, 3, 10, 100, double.PositiveInfinity];

    /// <summary>All tables.</summary>
    public static IEnumerable<ExperimentTable> Of(IReadOnlyList<PowerOutcome> outcomes)
    {
        yield return Corruptions("All recordings", outcomes);
        foreach (var group in Enum.GetValues<PowerGroup>())
            if (outcomes.Any(o => o.Group == group)) yield return Corruptions(Words(group), [.. outcomes.Where(o => o.Group == group)]);
        yield return Curve(outcomes);
        yield return Missed(outcomes);
    }

    /// <summary>A group in words.</summary>
    public static string Words(PowerGroup group) => group switch
    {
        PowerGroup.Flow => "Flow between sparse checkpoints",
        PowerGroup.Midpoints => "Every step with midpoints",
        _ => "Kernel blocks between sparse checkpoints",
    };

    /// <summary>Share of recordings that are seen; null where there are none.</summary>
    public static double? Seen(IReadOnlyCollection<PowerOutcome> outcomes) =>
        outcomes.Count == 0 ? null : (double)outcomes.Count(o => o.IsSeen) / outcomes.Count;

    private static ExperimentTable Corruptions(string title, IReadOnlyList<PowerOutcome> outcomes) => new(title,
        "Seen: a claim about data or consistency is violated. Below resolution: no claim of C1 to C4 and C8 has a budget on the honest recording below a "
        + "third of the change of its number. Refused: the analysis ends with a message instead of verdicts; counted as not seen. The claims that saw it "
        + "most often stand last.",
        ["what is wrong", "#recordings", "#seen", "#below resolution", "#seen of the resolved", "#refused", "seen by"],
        [
            .. outcomes.GroupBy(o => o.Corruption).Select(g =>
            {
                PowerOutcome[] all = [.. g], resolved = [.. g.Where(o => o.IsResolved)];
                bool nothing = g.Key == Power.Corruptions.None.Name;
                return (string[])[g.Key, Count(all.Length), Percent(Seen(all)), nothing ? None : Percent(1 - (double)resolved.Length / all.Length),
                    Percent(Seen(resolved)), Count(all.Count(o => o.Spoilt.Refusal is not null)), By(all)];
            }),
        ]);

    private static ExperimentTable Curve(IReadOnlyList<PowerOutcome> outcomes) => new("Seen by size of the effect",
        "Effect: the largest change of a number of C1 to C4 and C8 beside its budget on the honest recording.",
        ["recordings", .. s_bins.Select((to, i) => "#" + (double.IsInfinity(to) ? $"above {Short(s_bins[i - 1])}" : $"to {Short(to)}"))],
        [
            .. outcomes.Where(o => o.Corruption != Power.Corruptions.None.Name).GroupBy(o => o.Group).OrderBy(g => g.Key).Select(g => (string[])
            [
                Words(g.Key),
                .. s_bins.Select((to, i) =>
                {
                    PowerOutcome[] bin = [.. g.Where(o => o.Effect is { } e && e.Ratio <= to && (i == 0 || e.Ratio > s_bins[i - 1]))];
                    return bin.Length == 0 ? None : $"{Percent(Seen(bin))} of {Count(bin.Length)}";
                }),
            ]),
        ]);

    private static ExperimentTable Missed(IReadOnlyList<PowerOutcome> outcomes) => new("Missed and false alarms",
        "Resolved effects that nothing saw, and claims violated where nothing is wrong.",
        ["recordings", "what is wrong", "seed", "claim", "#effect/budget", "#error", "#budget, honest", "#budget, spoilt", "verdicts", "training"],
        [
            .. outcomes.Where(o => o.Corruption == Power.Corruptions.None.Name ? o.IsSeen : o.IsResolved && !o.IsSeen).Select(o =>
            {
                bool alarm = o.Effect is not { Ratio: > 0 };
                string id = alarm ? o.Violated.FirstOrDefault() ?? "" : o.Effect!.Value.Claim;
                ClaimResult? Of(CalibrationOutcome outcome) => outcome.Claims.FirstOrDefault(c => c.Id == id);
                return (string[])[OptionName.Of(o.Group), o.Corruption, Count(o.Honest.Training.Seed), id, alarm ? None : Short(o.Effect!.Value.Ratio),
                    Short(Of(o.Spoilt)?.RelativeError.OrNull()), Narrative.Sum(Of(o.Honest)?.Budget), Narrative.Sum(Of(o.Spoilt)?.Budget),
                    string.Join(" ", o.Spoilt.Claims.Where(CalibrationFigures.IsJudged).Select(c => c.Id + Sign(c.Verdict))),
                    CalibrationTables.What(o.Honest)];
            }),
        ]);

    private static string Sign(Verdict verdict) => verdict switch
    {
        Verdict.Holds => "✓",
        Verdict.Violated => "✗",
        _ => "?",
    };

    private static string By(IReadOnlyList<PowerOutcome> outcomes) => string.Join(", ", outcomes.SelectMany(o => o.Violated).GroupBy(id => id)
        .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, ClaimOrder.Instance).Take(5).Select(g =>
            $"{g.Key} {Percent((double)g.Count() / outcomes.Count)}"));
}
