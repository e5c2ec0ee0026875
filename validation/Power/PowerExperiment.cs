using KernelFlow.Files;
using KernelFlow.Validation.Calibration;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Power;

/// <summary>Recordings spoilt in one respect each: how many are seen?</summary>
internal sealed class PowerExperiment : Experiment
{
    private const int FullRuns = 48, QuickRuns = 2;

    /// <inheritdoc/>
    public override string Id => "power";

    /// <inheritdoc/>
    public override string Title => "Power of verdicts: recordings with one thing wrong, and whether a claim sees it";

    /// <inheritdoc/>
    public override string Claim =>
        "A recording in which one thing is wrong violates a claim about data or consistency, wherever the budgets of the honest recording "
        + "resolve what the wrong thing changes.";

    /// <inheritdoc/>
    public override string Refutation =>
        "A claim violated where nothing is wrong. The study fails where fewer than nine tenths (with midpoints) or 85 % (in flow) of the "
        + "resolved effects are seen.";

    /// <inheritdoc/>
    protected override ExperimentReport RunCore(ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        int runs = options.Runs ?? (options.Quick ? QuickRuns : FullRuns);
        long first = StudySeeds.First(options, StudySeeds.Power);
        PowerGroup[] groups = [.. Enum.GetValues<PowerGroup>().Where(g => Matches(OptionName.Of(g), options.Cells, groups: true))];
        Corruption[] corruptions = [.. Corruptions.All.Where(c => Matches(c.Name, options.Cells, groups: false))];
        if (groups.Length == 0 || corruptions.Length == 0)
            throw new ArgumentException($"cells: found {string.Join(", ", options.Cells)}, expected {string.Join(", ", OptionName.All<PowerGroup>())} "
                + "or a part of the name of a corruption.");
        (PowerGroup Group, long Seed)[] items = [.. Enumerable.Range(0, runs).SelectMany(r => groups.Select(g => (g, first + r)))];
        PowerOutcome[] outcomes = [.. StudyRunner.Run(items, options, item => OptionName.Of(item.Group),
            (item, backend) => PowerRun.Of(item.Group, item.Seed, corruptions, backend, cancellation), progress, cancellation).SelectMany(o => o)];
        // In the order of the list, not in that of the recordings: a corruption that does not apply to the first one would come last.
        string[] order = [Corruptions.None.Name, .. corruptions.Select(c => c.Name)];
        return Report([.. outcomes.OrderBy(o => Array.IndexOf(order, o.Corruption))], options, first, runs);
    }

    // A text chooses groups where it is part of the name of one, else corruptions.
    private static bool Matches(string name, IReadOnlyList<string> texts, bool groups)
    {
        bool IsGroup(string text) => OptionName.All<PowerGroup>().Any(g => g.Contains(text, StringComparison.Ordinal));
        string[] own = [.. texts.Where(t => IsGroup(t) == groups)];
        return own.Length == 0 || own.Any(t => name.Contains(t, StringComparison.Ordinal));
    }

    private ExperimentReport Report(PowerOutcome[] outcomes, ExperimentOptions options, long first, int runs)
    {
        PowerOutcome[] wrong = [.. outcomes.Where(o => o.Corruption != Corruptions.None.Name)], resolved = [.. wrong.Where(o => o.IsResolved)];
        return new ExperimentReport
        {
            Id = Id,
            Title = Title,
            Claim = Claim,
            Refutation = Refutation,
            Conclusion = $"{Count(wrong.Length)} spoilt recordings: {Percent(PowerTables.Seen(wrong))} are seen. In "
                + $"{Percent((double)resolved.Length / Math.Max(1, wrong.Length))} of them a budget resolves the effect; "
                + $"of these {Percent(PowerTables.Seen(resolved))} are seen.",
            Criteria = [.. PowerCriteria.Of(outcomes)],
            Rows = [.. outcomes.Select(Row)],
            Tables = [.. PowerTables.Of(outcomes)],
            Figures = [],
            Origin =
            [
                new("tool", $"kernelflow {ToolInfo.Current.Version}"),
                new("first seed", Count(first)),
                new("recordings per group", Count(runs)),
                new("command", StudySeeds.Command(Id, options, first)),
            ],
        };
    }

    // Only what is violated stands beside a row: all claims of thousands of analyses make a file that nobody opens.
    private static ExperimentRow Row(PowerOutcome o) =>
        new($"{OptionName.Of(o.Group)}/{Count(o.Honest.Training.Seed)}/{o.Corruption}", OptionName.Of(o.Group), o.Corruption)
    {
        Settings =
        [
            new("seed", Count(o.Honest.Training.Seed)),
            new("training", CalibrationTables.What(o.Honest)),
            .. o.Spoilt.Refusal is { } refusal ? (Setting[])[new("refusal", refusal)] : [],
        ],
        Measurements =
        [
            new("seen", o.IsSeen ? 1 : 0, "1 where a claim about data or consistency is violated"),
            new("effect", o.Effect?.Ratio, "largest change of a number of C1 to C4 and C8 beside its budget on the honest recording"),
        ],
        Claims = [.. o.Spoilt.Claims.Where(c => c.Verdict == Verdict.Violated)],
    };
}
