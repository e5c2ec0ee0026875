using KernelFlow.Reporting;
using static KernelFlow.Files.NumberText;
using static KernelFlow.Validation.Calibration.CalibrationFigures;

namespace KernelFlow.Validation.Calibration;

/// <summary>The calibration study as people read it.</summary>
internal static class CalibrationTables
{
    /// <summary>A cell of the tables: all trainings of a pair.</summary>
    /// <param name="Name">The pair in words.</param>
    /// <param name="Recording">The recording of the pair.</param>
    /// <param name="Outcomes">Its trainings.</param>
    public sealed record Pair(string Name, StudyRecording Recording, CalibrationOutcome[] Outcomes);

    /// <summary>The pairs optimizer × recording and activation × recording that were run.</summary>
    public static IEnumerable<Pair> Pairs(IReadOnlyList<CalibrationOutcome> outcomes) =>
        [.. By(outcomes, c => OptionName.Of(c.Optimizer)), .. By(outcomes, c => OptionName.Of(c.Activation))];

    /// <summary>All tables.</summary>
    public static IEnumerable<ExperimentTable> Of(IReadOnlyList<CalibrationOutcome> outcomes, long seed)
    {
        yield return Verdicts(outcomes);
        yield return Cells("Optimizer × recording", By(outcomes, c => OptionName.Of(c.Optimizer)));
        yield return Cells("Activation × recording", By(outcomes, c => OptionName.Of(c.Activation)));
        yield return Parts(outcomes);
        yield return Failures(outcomes, seed);
    }

    private static IEnumerable<Pair> By(IReadOnlyList<CalibrationOutcome> outcomes, Func<CalibrationCell, string> first) =>
        outcomes.GroupBy(o => (First: first(o.Training.Cell), o.Training.Cell.Recording))
            .Select(g => new Pair($"{g.Key.First}, {OptionName.Of(g.Key.Recording)}", g.Key.Recording, [.. g]));

    private static ExperimentTable Verdicts(IReadOnlyList<CalibrationOutcome> outcomes) => new("Verdicts",
        "Verdicts of honest recordings, claim by claim, and quantiles of error/budget over those with a known budget. Above 3 the claim is violated.",
        ["claim", "#judged", "#holds", "#undecided", "#violated", "#not applicable", "#error/budget, 10%", "#median", "#90%", "#largest"],
        [
            .. outcomes.SelectMany(o => o.Claims).Select(c => c.Id).Distinct().Order(ClaimOrder.Instance).Select(id =>
            {
                var all = outcomes.SelectMany(o => o.Claims).Where(c => c.Id == id).ToArray();
                double[] ratios = [.. all.Select(Ratio).OfType<double>()];
                string Of(Verdict verdict) => Count(all.Count(c => c.Verdict == verdict));
                return (string[])[id, Count(all.Count(IsJudged)), Of(Verdict.Holds), Of(Verdict.Undecided), Of(Verdict.Violated), Of(Verdict.NotApplicable),
                    .. ((double[])[0.1, 0.5, 0.9, 1]).Select(q => Short(Quantiles.Of(ratios, q), 2))];
            }),
        ]);

    private static ExperimentTable Cells(string title, IEnumerable<Pair> pairs) => new(title,
        "Median error/budget of each claim over the trainings of the cell, the share of verdicts of C1 to C4 and C8 that are undecided, and the part of "
        + "their budgets that is most often the largest.",
        ["cell", "#trainings", .. DataClaims.Select(id => "#" + id), "#undecided", "#violated", "largest part"],
        [
            .. pairs.Select(pair =>
            {
                var judged = Judged(pair.Outcomes).ToArray();
                return (string[])[pair.Name, Count(pair.Outcomes.Length),
                    .. DataClaims.Select(id => Short(Quantiles.Median(Judged(pair.Outcomes, id).Select(j => Ratio(j.Claim)).OfType<double>()), 2)),
                    Percent(Undecided(judged)), Count(pair.Outcomes.SelectMany(o => o.Claims).Count(c => c.Verdict == Verdict.Violated)), Largest(judged)];
            }),
        ]);

    private static ExperimentTable Parts(IReadOnlyList<CalibrationOutcome> outcomes) => new("Where little may be undecided",
        "No step past z = 2, rounding not the largest part, window not converged (‖g(T)‖ above 1e-3 of ‖g(s)‖).",
        ["recordings", "#verdicts", "#undecided", "largest part of those undecided"],
        [
            .. ((StudyRecording[])[StudyRecording.Sparse, StudyRecording.Midpoints]).Select(recording =>
            {
                var decidable = Decidable(outcomes, recording).ToArray();
                return (string[])[recording == StudyRecording.Sparse ? "gradient descent, at least 24 sparse checkpoints, drift below 5"
                    : "midpoints, every optimizer",
                    Count(decidable.Length), Percent(Undecided(decidable)), Largest(decidable.Where(j => j.Claim.Verdict == Verdict.Undecided))];
            }),
        ]);

    private static ExperimentTable Failures(IReadOnlyList<CalibrationOutcome> outcomes, long seed) => new("Failures",
        "Every violated claim and every refusal of an honest recording. A line is run again alone by `kernelflow validate --only calibration --cells CELL "
        + "--runs 1 --seed SEED`.",
        ["cell", "seed", "claim", "#error", "#budget", "#error/budget", "parts", "what"],
        [
            .. outcomes.SelectMany(o => o.Claims.Where(c => c.Verdict == Verdict.Violated).OrderByDescending(c => Ratio(c) ?? 0).Select(c => (string[])
            [
                o.Training.Cell.Id, Count(o.Training.Seed), c.Id, Short(c.RelativeError.OrNull()), Narrative.Sum(c.Budget), Short(Ratio(c)), PartsText(c),
                What(o),
            ])),
            .. outcomes.Where(o => o.Refusal is not null).Select(o => (string[])[o.Training.Cell.Id, Count(o.Training.Seed), "", "", "", "", "", o.Refusal!]),
        ]);

    /// <summary>Facts of a training in a line.</summary>
    internal static string What(CalibrationOutcome o)
    {
        var t = o.Training;
        return $"{OptionName.Of(t.Options.Loss)}, n {Count(t.Options.Train)}, p {Count(t.Options.Outputs!.Value)}, {(o.Descent ? "descent" : "flow")}, "
            + $"{t.Interpolation.Name}, {Count(o.Checkpoints)} checkpoints, {Count(t.Options.Steps)} steps, z {Short(o.LargestZ)}, drift {Short(o.Drift)}, "
            + $"{OptionName.Of(t.Form.Type)}, gradient left {Short(o.GradientLeft)}";
    }

    /// <summary>The known parts of a budget in a line.</summary>
    internal static string PartsText(ClaimResult claim) =>
        claim.Budget is null ? "" : string.Join(", ", claim.Budget.Parts.Select(p => $"{p.Name} {(p.Value.IsKnown ? Short(p.Value.Value) : "unknown")}"));

    private static string Largest(IEnumerable<(CalibrationOutcome Outcome, ClaimResult Claim)> judged) =>
        LargestPart(judged) is { } part ? $"{part.Name} {Percent(part.Share)}" : None;
}
