using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Schedules;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Sketches;

/// <summary>Whether the budget of a sketch bounds its error, and how many columns decide C4.</summary>
internal sealed class SketchExperiment : Experiment
{
    private const double Most = 3;

    /// <inheritdoc/>
    public override string Id => "sketch";

    /// <inheritdoc/>
    public override string Title => "Sketched Jacobians: errors beside their budgets, and the columns from which C4 is decided";

    /// <inheritdoc/>
    public override string Claim => "What a sketch of the Jacobians changes in C1 to C4 is within three times the budget,"
        + " its part found by leaving out columns.";

    /// <inheritdoc/>
    public override string Refutation => "An error of more than three times its budget in any training, at any number of columns.";

    /// <inheritdoc/>
    protected override ExperimentReport RunCore(ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        long first = StudySeeds.First(options, StudySeeds.Sketches);
        var items = ScheduleTraining.Chosen(options, first, options.Runs ?? (options.Quick ? 1 : 3));
        return Report(StudyRunner.Run(items, options, item => item.Training.Name,
            (item, backend) => SketchRun.Of(item.Training, item.Seed, options.Quick, backend, cancellation), progress, cancellation), options, first);
    }

    private ExperimentReport Report(SketchOutcome[] outcomes, ExperimentOptions options, long first)
    {
        SketchPoint[] points = [.. outcomes.SelectMany(o => o.Sketched)];
        double worst = points.Max(p => p.Worst);
        int violated = points.Sum(p => p.Claims.Count(c => c.Verdict == Verdict.Violated));
        // Where C4 of the Jacobians themselves holds, a largest sketch that mixes two matrices must not.
        SketchOutcome[] sound = [.. outcomes.Where(o => o.Whole.Test.Verdict == Verdict.Holds)];
        int seen = sound.Count(o => o.Foreign.Test.Verdict == Verdict.Violated), green = sound.Count(o => o.Foreign.Test.Verdict == Verdict.Holds);
        return new ExperimentReport
        {
            Id = Id,
            Title = Title,
            Claim = Claim,
            Refutation = Refutation,
            Conclusion = $"{Count(outcomes.Length)} trainings, {Count(points.Length)} sketches: the largest error is {Short(worst)} of its budget. "
                + $"A sketch with two matrices is called violated in {Count(seen)} of {Count(sound.Length)} trainings, and sound in {Count(green)}.",
            Criteria =
            [
                new(CriterionKind.Claim, $"no error above {Short(Most)} times its budget", worst <= Most, Short(worst)),
                new(CriterionKind.Claim, "no claim violated", violated == 0, Count(violated)),
                new(CriterionKind.Power, "a sketch with two matrices never holds", green == 0 && sound.Length > 0, $"{Count(green)} of {Count(sound.Length)}"),
            ],
            Rows = [.. outcomes.SelectMany(Rows)],
            Tables = [Sizes(outcomes), Decided(outcomes)],
            Figures = [],
            Origin =
            [
                new("tool", $"kernelflow {ToolInfo.Current.Version}"),
                new("first seed", Count(first)),
                new("command", StudySeeds.Command(Id, options, first)),
            ],
        };
    }

    private static ExperimentTable Sizes(SketchOutcome[] outcomes) => new("Errors beside budgets",
        "Over all trainings, by the number k of columns: median error of C4, median part of the sketch in its budget, how often C4 is decided, and the largest "
        + "error of C1 to C4 beside its budget.",
        ["#k", "#C4 error", "#sketch part", "#decided", "#largest error/budget"],
        [.. outcomes[0].Sketched.Select((p, i) =>
        {
            SketchPoint[] same = [.. outcomes.Select(o => o.Sketched[i])];
            return (string[])[Count(p.Columns), Short(Quantiles.Median(same.Select(s => s.Test.RelativeError.OrDefault(double.NaN))), 2),
                Short(Quantiles.Median(same.Select(s => s.Test.Budget?.Sketch?.OrNull() ?? double.NaN)), 2),
                $"{Count(same.Count(s => s.Test.Verdict == Verdict.Holds))} of {Count(same.Length)}", Short(same.Max(s => s.Worst), 2)];
        })]);

    private static ExperimentTable Decided(SketchOutcome[] outcomes) => new("Columns that decide C4",
        "The fewest of the numbers of columns above from which on C4 holds, by training and seed; N outputs, and C4 of the Jacobians themselves.",
        ["training", "#N", "C4 without a sketch", "#k"],
        [.. outcomes.Select(o => (string[])[o.Training.Name, Count(o.Training.Options.Train * (o.Training.Options.Outputs ?? 1)),
            o.Whole.Test.Verdict.ToString(), o.Decided is { } k ? Count(k) : "none"])]);

    private static IEnumerable<ExperimentRow> Rows(SketchOutcome o) => o.Sketched.Append(o.Whole).Append(o.Foreign).Select((p, i) =>
        new ExperimentRow($"{o.Training.Name}/{Count(o.Seed)}/{(i > o.Sketched.Count ? "two matrices" : Count(p.Columns))}", o.Training.Name,
            i > o.Sketched.Count ? "two matrices" : p.Columns == 0 ? "no sketch" : $"{Count(p.Columns)} columns")
        {
            Settings = [new("seed", Count(o.Seed))],
            Claims = p.Claims,
        });
}
