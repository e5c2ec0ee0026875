using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Calibration;

/// <summary>Many honest trainings of every kind: is a claim ever violated, how large are budgets beside errors, and how much stays undecided?</summary>
/// <param name="cells">The cells; null for all.</param>
internal sealed class CalibrationExperiment(IReadOnlyList<CalibrationCell>? cells = null) : Experiment
{
    private const int FullRuns = 12, QuickRuns = 1, MoreOfSparse = 3;

    /// <inheritdoc/>
    public override string Id => "calibration";

    /// <inheritdoc/>
    public override string Title => "Calibration of verdicts: honest recordings of every kind, and what the claims say of them";

    /// <inheritdoc/>
    public override string Claim => "No claim about data or consistency is violated by a recording with nothing wrong in it: activation, loss, optimizer, "
        + "learning rate up to the edge of stability, what is recorded and in which number type do not matter.";

    /// <inheritdoc/>
    public override string Refutation => "One violated claim. The study itself fails where budgets are so large that nothing is decided, or so far from errors "
        + "that they say nothing.";

    /// <inheritdoc/>
    protected override ExperimentReport RunCore(ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        CalibrationCell[] chosen = [.. (cells ?? CalibrationCell.All).Where(c => c.Matches(options.Cells))];
        if (chosen.Length == 0) throw new ArgumentException($"cells: found {string.Join(", ", options.Cells)}, expected a part of a cell's id.");
        int runs = options.Runs ?? (options.Quick ? QuickRuns : FullRuns);
        long first = StudySeeds.First(options, StudySeeds.Calibration);
        // A share that is small in gradient descent between sparse checkpoints alone needs more of them.
        bool published = options.Runs is null && !options.Quick;
        CalibrationCell[] round = [.. chosen.SelectMany(cell => Enumerable.Repeat(cell, published && IsSparseDescent(cell) ? MoreOfSparse : 1))];
        (CalibrationCell Cell, long Seed)[] items =
            [.. Enumerable.Range(0, runs).SelectMany(r => round.Select((cell, c) => (cell, first + (long)r * round.Length + c)))];
        var outcomes = StudyRunner.Run(items, options, item => item.Cell.Id, (item, backend) => CalibrationRun.Of(item.Cell, item.Seed, backend, cancellation),
            progress, cancellation);
        return Report(outcomes, options, first, runs);
    }

    private static bool IsSparseDescent(CalibrationCell cell) => cell is { Optimizer: StudyOptimizer.GradientDescent, Recording: StudyRecording.Sparse };

    private ExperimentReport Report(CalibrationOutcome[] outcomes, ExperimentOptions options, long first, int runs)
    {
        int judged = outcomes.SelectMany(o => o.Claims).Count(CalibrationFigures.IsJudged);
        int violated = outcomes.SelectMany(o => o.Claims).Count(c => c.Verdict == Verdict.Violated);
        double? undecided = CalibrationFigures.Undecided(CalibrationFigures.Judged(outcomes));
        return new ExperimentReport
        {
            Id = Id,
            Title = Title,
            Claim = Claim,
            Refutation = Refutation,
            Conclusion = $"{Count(outcomes.Length)} honest trainings, {Count(judged)} verdicts: {Count(violated)} violated. Of the verdicts of C1 to C4 and C8 "
                + $"{Percent(undecided)} are undecided.",
            Criteria = [.. CalibrationCriteria.Of(outcomes)],
            Rows = [.. outcomes.Select(Row)],
            Tables = [.. CalibrationTables.Of(outcomes, first)],
            Figures = [],
            Origin =
            [
                new("tool", $"kernelflow {ToolInfo.Current.Version}"),
                new("first seed", Count(first)),
                new("trainings per cell", Count(runs)),
                new("command", StudySeeds.Command(Id, options, first)),
            ],
        };
    }

    private static ExperimentRow Row(CalibrationOutcome o)
    {
        var t = o.Training;
        return new ExperimentRow($"{t.Cell.Id}/{Count(t.Seed)}", t.Cell.Id, CalibrationTables.What(o))
        {
            Settings =
            [
                new("seed", Count(t.Seed)),
                new("loss", OptionName.Of(t.Options.Loss)),
                new("layers", string.Join(",", t.Options.Layers)),
                new("learningRate", RoundTrip(o.LearningRate)),
                new("stored", OptionName.Of(t.Form.Type)),
                new("mode", o.Descent ? "descent" : "flow"),
                .. o.Refusal is { } refusal ? (Setting[])[new("refusal", refusal)] : [],
            ],
            Measurements =
            [
                new("peakDrift", o.Drift, "largest ‖K(t) − K(s)‖₂/‖K(s)‖₂"),
                new("largestZ", o.LargestZ, "largest η λ_max(B J M Jᵀ) of a checkpoint"),
                new("gradientLeft", o.GradientLeft, "‖g(T)‖/‖g(s)‖"),
                new("checkpoints", o.Checkpoints, "number of checkpoints"),
                new("trainSize", t.Options.Train * t.Options.Outputs!.Value, "N"),
            ],
            Claims = o.Claims,
        };
    }
}
