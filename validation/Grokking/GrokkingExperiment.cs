using KernelFlow.Numerics;
using KernelFlow.Reporting;
using KernelFlow.Reporting.Charts;
using KernelFlow.Validation.Seeded;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Grokking;

/// <summary>Division modulo a prime by gradient descent without weight decay: what moves the test outputs after the training examples are fitted?</summary>
internal sealed class GrokkingExperiment : SeededExperiment
{
    private const double Gained = 0.3, Little = 0.3, Late = 0.2, FlowError = 0.3;

    /// <inheritdoc/>
    public override string Id => "grokking";

    /// <inheritdoc/>
    public override string Title => "Grokking: what the recorded path does for the test outputs after the training examples are fitted";

    /// <inheritdoc/>
    public override string Claim => "Where test accuracy comes long after training accuracy, ‖G_Q g_clean‖ is gained after the training examples are "
        + "fitted (99 %), along the "
        + "kernels of that time: the predicted test outputs, U_Q(s) − G_Q g(s), generalise when the recorded ones do.";

    /// <inheritdoc/>
    public override string Refutation => "A training that groks (test accuracy rises by 0.2 or more after the fit, to 0.9) of which less than 0.3 of "
        + "‖G_Q g_clean‖ is gained after the "
        + "fit, or whose C4 over that time is violated. Nothing groks: undecided. The experiment fails as well when a training that does not grok, large "
            + "initial weights and "
        + "otherwise the same, gains 0.3 or more after its fit, or when the kernel at the fit, frozen, generalises as the recorded path does.";

    /// <inheritdoc/>
    protected override long PublishedSeed => 3_540_000;

    /// <inheritdoc/>
    protected override (int Full, int Quick) Runs => (4, 1);

    /// <inheritdoc/>
    protected override Findings Find(long[] seeds, ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        var items = seeds.SelectMany(seed => GrokkingRun.Names.Select(name => (Name: name, Seed: seed))).ToArray();
        var outcomes = Calibration.StudyRunner.Run(items, options, i => i.Name,
            (i, backend) => GrokkingRun.Of(i.Name, i.Seed, options.Quick, backend, cancellation), progress, cancellation);
        GrokkingOutcome[] small = [.. outcomes.Where(o => o.Name == GrokkingRun.Small)], grokked = [.. small.Where(o => o.Groks)],
            lazy = [.. outcomes.Where(o => o.Name == GrokkingRun.Large && o.FittedStep is not null)];
        string Range(IEnumerable<GrokkingOutcome> those, Func<GrokkingOutcome, double> number) =>
            those.Any() ? $"{Short(those.Min(number))} to {Short(those.Max(number))}" : None;
        return new(grokked.Length == 0
            ? $"Nothing groks: {Count(small.Length)} trainings of {Count(GrokkingRun.Steps(options.Quick))} steps end with a test accuracy of "
                + $"{Range(small, o => o.TestAtEnd)}."
            : $"{Count(grokked.Length)} of {Count(small.Length)} trainings grok, without weight decay: test accuracy {Range(grokked, o => o.TestThen)} "
                + $"when the training examples are "
                + $"fitted, {Range(grokked, o => o.TestAtEnd)} at the end. {Range(grokked, o => o.Share)} of the movement of the test outputs is gained "
                    + $"after the fit "
                + $"(training without grokking: {Range(lazy, o => o.Share)}); C4 over that time has an error of {Range(grokked, o => o.Error)}, and the "
                    + $"outputs that it predicts have an "
                + $"accuracy of {Range(grokked, o => o.Predicted)}. The kernel of the fit, frozen, has {Range(grokked, o => o.Frozen)}.",
            [
                new(CriterionKind.Claim, $"what groks gains {Short(Gained)} or more of ‖G_Q g_clean‖ after the fit", grokked.All(o =>
                    o.Share >= Gained), Range(grokked, o => o.Share)),
                new(CriterionKind.Claim, "C4 from the fit to the end is violated in none that groks", grokked.All(o => o.Verdict != Verdict.Violated),
                    string.Join(", ", grokked.Select(o => Narrative.Word(o.Verdict)).DefaultIfEmpty(None))),
                new(CriterionKind.Power, "half or more of the trainings grok", 2 * grokked.Length >= small.Length, $"{Count(grokked.Length)} of "
                    + $"{Count(small.Length)}"),
                new(CriterionKind.Power, $"the error of C4 from the fit to the end is at most {Short(FlowError)} in all that grok", grokked.All(o =>
                    o.Error <= FlowError),
                    Range(grokked, o => o.Error)),
                new(CriterionKind.Power, $"large initial weights fit, do not grok, and gain less than {Short(Little)} after the fit", lazy.Length > 0
                    && lazy.All(o => !o.Groks && o.Share < Little), Range(lazy, o => o.Share)),
                new(CriterionKind.Power, $"the kernel of the fit, frozen, ends {Short(Late)} or more below the recorded test accuracy", grokked.All(o =>
                    o.TestAtEnd - o.Frozen >= Late),
                    Range(grokked, o => o.TestAtEnd - o.Frozen)),
            ],
            [.. outcomes.Select(Row)], [Table(outcomes)], [Figure(outcomes)]);
    }

    private static ExperimentRow Row(GrokkingOutcome o) => new($"{o.Name}/{Count(o.Seed)}", o.Name, o.Name)
    {
        Settings = [new("seed", Count(o.Seed))],
        Measurements =
        [
            new("fittedStep", o.FittedStep, "step at which training accuracy reaches 0.99"), new("testThen", o.TestThen, "test accuracy then"),
            new("testAtEnd", o.TestAtEnd, "test accuracy at the end"), new("share", o.Share, "movement of the test outputs after the fit, relative to "
                + "all of it"),
            new("error", o.Error, "relative error of C4 from the fit to the end"), new("predicted", o.Predicted, "accuracy of U_Q at the fit less G_Q g "
                + "from there"),
            new("frozen", o.Frozen, "accuracy that the kernel of the fit ends with"),
        ],
    };

    private static ExperimentTable Table(GrokkingOutcome[] outcomes) => new("Trainings",
        $"Division modulo {Count(GrokkingRun.Modulus)}, four fifths of the pairs, one hidden tanh layer, squared loss, gradient descent on all examples, "
            + $"no weight decay. "
        + "Predicted: the test outputs at the fit and −G_Q g from there on. Frozen: the kernel of the fit until the end.",
        ["training", "#seed", "#fitted at step", "#test accuracy then", "#at the end", "#gained after the fit", "#C4 error", "C4", "#predicted "
            + "accuracy", "#frozen accuracy"],
        [.. outcomes.Select(o => (string[])[o.Name, Count(o.Seed), o.FittedStep is { } s ? Count(s) : None, Short(o.TestThen), Short(o.TestAtEnd),
            Short(o.Share), Short(o.Error),
            Narrative.Word(o.Verdict), Short(o.Predicted), Short(o.Frozen)])]);

    private static ExperimentFigure Figure(GrokkingOutcome[] outcomes)
    {
        GrokkingOutcome[] shown = [.. GrokkingRun.Names.Select(n => outcomes.First(o => o.Name == n))];
        var head = new FigureHead("accuracy", "Accuracy over steps", string.Join("; ", shown.Select(o => $"{o.Name}: fitted at "
            + $"{(o.FittedStep is { } s ? Count(s) : None)}, test "
            + $"{Short(o.TestThen)} then and {Short(o.TestAtEnd)} at the end")));
        var chart = new Chart(Axis.Linear("step", shown.SelectMany(o => o.Curve.Select(c => (double)c.Step))), Axis.Linear("accuracy", [0, 1]), head);
        for (int i = 0; i < shown.Length; i++)
        {
            chart.Line($"training, {shown[i].Name}", 2 * i + 1, shown[i].Curve.Select(c => new Point(c.Step, c.Train, $"{Count(c.Step)}: "
                + $"{Short(c.Train)}")), markers: false, dash: "dash");
            chart.Line($"test, {shown[i].Name}", 2 * i + 2, shown[i].Curve.Select(c => new Point(c.Step, c.Test, $"{Count(c.Step)}: {Short(c.Test)}")),
                markers: false);
        }
        return new(head.Id, head.Title, chart.ToString(), head.Description, "The first seed. Where weights begin small, the test examples follow late; "
            + "where they begin large, not at all.");
    }
}
