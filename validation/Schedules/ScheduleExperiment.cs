using KernelFlow.Validation.Calibration;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Schedules;

/// <summary>How many checkpoints the same error takes, placed adaptively, evenly, or geometrically.</summary>
internal sealed class ScheduleExperiment : Experiment
{
    private const double LeastUniform = 2, LeastGeometric = 1;

    /// <inheritdoc/>
    public override string Id => "adaptive";

    /// <inheritdoc/>
    public override string Title => "Adaptive checkpoints: how many the same error takes, beside uniform and geometric ones";

    /// <inheritdoc/>
    public override string Claim => "With the defaults of the adaptive rule, test outputs are predicted (C4, flow) as well as with at least twice as many "
        + "uniform checkpoints, and no fewer geometric ones: medians over the trainings.";

    /// <inheritdoc/>
    public override string Refutation => "A median ratio of uniform to adaptive checkpoints below 2, or of geometric to adaptive ones below 1.";

    /// <inheritdoc/>
    protected override ExperimentReport RunCore(ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        long first = StudySeeds.First(options, StudySeeds.Schedules);
        var items = ScheduleTraining.Chosen(options, first, options.Runs ?? 1);
        return Report(StudyRunner.Run(items, options, item => item.Training.Name,
            (item, backend) => ScheduleRun.Of(item.Training, item.Seed, options.Quick, backend, cancellation), progress, cancellation), options, first);
    }

    private ExperimentReport Report(ScheduleOutcome[] outcomes, ExperimentOptions options, long first)
    {
        double? uniform = Quantiles.Median(outcomes.Select(o => (double)o.UniformNeeded / o.Adaptive.Checkpoints));
        double? geometric = Quantiles.Median(outcomes.Select(o => (double)o.GeometricNeeded / o.Adaptive.Checkpoints));
        return new ExperimentReport
        {
            Id = Id,
            Title = Title,
            Claim = Claim,
            Refutation = Refutation,
            Conclusion = $"{Count(outcomes.Length)} trainings: for the error of the adaptive checkpoints, uniform ones are {Short(uniform)} times as many and "
                + $"geometric ones {Short(geometric)} times as many (medians).",
            Criteria =
            [
                new(CriterionKind.Claim, $"median of uniform/adaptive at least {Short(LeastUniform)}", uniform >= LeastUniform, Short(uniform)),
                new(CriterionKind.Claim, $"median of geometric/adaptive at least {Short(LeastGeometric)}", geometric >= LeastGeometric, Short(geometric)),
            ],
            Rows = [.. outcomes.Select(Row)],
            Tables = [Needed(outcomes, uniform, geometric), Curves("Uniform checkpoints", outcomes, o => o.Uniform),
                Curves("Geometric checkpoints", outcomes, o => o.Geometric)],
            Figures = [],
            Origin =
            [
                new("tool", $"kernelflow {ToolInfo.Current.Version}"),
                new("rule", new AdaptiveSchedule().ToString()),
                new("first seed", Count(first)),
                new("command", StudySeeds.Command(Id, options, first)),
            ],
        };
    }

    private static ExperimentTable Needed(ScheduleOutcome[] outcomes, double? uniform, double? geometric) => new("Checkpoints for the same error",
        "What the adaptive rule recorded and the error of C4 with it; how many uniform and geometric checkpoints have that error (within 5 %), the fewest of "
        + "the numbers below, where errors are not monotone. > stands before the largest number where none reaches it; ratios then take that number. The last "
        + "column is the error with the most uniform checkpoints; what is left with all of them is what the steps differ from a flow.",
        ["training", "#adaptive", "#C4 error", "#uniform", "#geometric", "#uniform/adaptive", "#geometric/adaptive", "#uniform, most"],
        [
            .. outcomes.Select(o => (string[])[o.Training.Name, Count(o.Adaptive.Checkpoints), Short(o.Adaptive.Error, 2),
                ScheduleOutcome.Text(o.Needed(o.Uniform)), ScheduleOutcome.Text(o.Needed(o.Geometric)),
                Short((double)o.UniformNeeded / o.Adaptive.Checkpoints, 2), Short((double)o.GeometricNeeded / o.Adaptive.Checkpoints, 2),
                Short(o.Uniform[^1].Error, 2)]),
            ["median", Short(Quantiles.Median(outcomes.Select(o => (double)o.Adaptive.Checkpoints))), "", "", "", Short(uniform, 2), Short(geometric, 2), ""],
        ]);

    private static ExperimentTable Curves(string title, ScheduleOutcome[] outcomes, Func<ScheduleOutcome, IReadOnlyList<ErrorPoint>> curve)
    {
        int[] shown = [.. Enumerable.Range(0, curve(outcomes[0]).Count).Where(i => i % 3 == 0)];
        // Geometric points that round to the same step are one checkpoint: the number is that of the first training.
        return new(title, "Error of C4 by the number of checkpoints.", ["training", .. shown.Select(i => "#" + Count(curve(outcomes[0])[i].Checkpoints))],
            [.. outcomes.Select(o => (string[])[o.Training.Name, .. shown.Select(i => Short(curve(o)[i].Error, 2))])]);
    }

    private static ExperimentRow Row(ScheduleOutcome o) => new($"{o.Training.Name}/{Count(o.Seed)}", o.Training.Name, o.Training.Name)
    {
        Settings = [new("seed", Count(o.Seed))],
        Measurements =
        [
            new("adaptive", o.Adaptive.Checkpoints, "adaptive checkpoints"),
            new("error", o.Adaptive.Error, "error of C4 with them"),
            new("uniform", o.UniformNeeded, "uniform checkpoints with the same error, or the most that were tried"),
            new("geometric", o.GeometricNeeded, "geometric checkpoints with the same error, or the most that were tried"),
        ],
    };
}
