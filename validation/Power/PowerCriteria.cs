using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Power;

/// <summary>What the verdict of the power study rests on.</summary>
internal static class PowerCriteria
{
    /// <summary>Recordings that each corruption needs.</summary>
    public const int Recordings = 40;

    private const double LeastWithMidpoints = 0.9, LeastInFlow = 0.85;

    /// <summary>All of them.</summary>
    public static IEnumerable<Criterion> Of(IReadOnlyList<PowerOutcome> outcomes)
    {
        PowerOutcome[] nothing = [.. outcomes.Where(o => o.Corruption == Corruptions.None.Name)], wrong = [.. outcomes.Except(nothing)];
        int alarms = nothing.Count(o => o.IsSeen);
        yield return new(CriterionKind.Claim, "no claim about data or consistency is violated where nothing is wrong", alarms == 0,
            $"{Count(alarms)} of {Count(nothing.Length)} recordings");
        foreach (var (group, least) in ((PowerGroup, double)[])[(PowerGroup.Midpoints, LeastWithMidpoints), (PowerGroup.Flow, LeastInFlow),
            (PowerGroup.KernelBlocks, LeastInFlow)])
        {
            PowerOutcome[] resolved = [.. wrong.Where(o => o.Group == group && o.IsResolved)];
            yield return new(CriterionKind.Power, $"{PowerTables.Words(group)}: of the resolved effects {Percent(least)} are seen",
                PowerTables.Seen(resolved) >= least,
                $"{Percent(PowerTables.Seen(resolved))} of {Count(resolved.Length)}");
            string[] weak = [.. resolved.GroupBy(o => o.Corruption).Where(g => PowerTables.Seen([.. g]) < least)
                .Select(g => $"{g.Key}: {Percent(PowerTables.Seen([.. g]))} of {Count(g.Count())}")];
            yield return new(CriterionKind.Power, $"{PowerTables.Words(group)}: the same for every corruption", weak.Length == 0,
                weak.Length == 0 ? "for all" : string.Join("; ", weak));
        }
        int fewest = wrong.Length == 0 ? 0 : wrong.GroupBy(o => o.Corruption).Min(g => g.Count());
        yield return new(CriterionKind.Power, $"at least {Count(Recordings)} recordings for every corruption", fewest >= Recordings, $"fewest {Count(fewest)}");
    }
}
