using static KernelFlow.Files.NumberText;
using static KernelFlow.Validation.Calibration.CalibrationFigures;

namespace KernelFlow.Validation.Calibration;

/// <summary>What the verdict of the calibration study rests on.</summary>
internal static class CalibrationCriteria
{
    /// <summary>Runs that a cell of the tables needs.</summary>
    public const int RunsPerCell = 15;

    /// <summary>Trainings that the study needs.</summary>
    public const int Trainings = 500;

    private const double MostUndecided = 0.25, LeastMedian = 0.03, LeastMedianOfRounding = 0.003, MostMedian = 1;

    /// <summary>All of them.</summary>
    public static IEnumerable<Criterion> Of(IReadOnlyList<CalibrationOutcome> outcomes)
    {
        var violated = outcomes.SelectMany(o => o.Claims).Where(c => c.Verdict == Verdict.Violated).ToArray();
        yield return new(CriterionKind.Claim, "no claim about data or consistency is violated by an honest recording", violated.Length == 0,
            violated.Length == 0 ? $"none of {Count(outcomes.SelectMany(o => o.Claims).Count(IsJudged))} verdicts"
                : string.Join(", ", violated.GroupBy(c => c.Id).Select(g => $"{g.Key}: {Count(g.Count())}")));
        var refused = outcomes.Count(o => o.Refusal is not null);
        yield return new(CriterionKind.Claim, "no honest recording is refused", refused == 0, $"{Count(refused)} of {Count(outcomes.Count)}");
        foreach (var recording in (StudyRecording[])[StudyRecording.Sparse, StudyRecording.Midpoints])
        {
            var decidable = Decidable(outcomes, recording).ToArray();
            double? share = Undecided(decidable);
            string which = recording == StudyRecording.Sparse ? "of gradient descent between at least 24 sparse checkpoints, drift below 5" : "with midpoints";
            yield return new(CriterionKind.Power,
                $"below {Percent(MostUndecided)} undecided {which}, where no step is past z = 2, rounding is not the largest part "
                + "and the window has not converged",
                share < MostUndecided, $"{Percent(share)} of {Count(decidable.Length)} verdicts");
        }
        var cells = CalibrationTables.Pairs(outcomes).ToArray();
        string[] outside = [.. cells.SelectMany(c =>
            DataClaims.Where(id => IsOutside(c.Recording, Judged(c.Outcomes, id).ToArray())).Select(id => $"{c.Name} {id}"))];
        yield return new(CriterionKind.Power,
            $"median error/budget from {Short(LeastMedian)} ({Short(LeastMedianOfRounding)} with midpoints or where rounding leads) to {Short(MostMedian)}, "
            + $"for every claim of which {Count(RunsPerCell)} budgets of a cell are known",
            outside.Length == 0, outside.Length == 0 ? $"all of {Count(cells.Length)} cells" : "outside: " + string.Join("; ", outside));
        int fewest = cells.Length == 0 ? 0 : cells.Min(c => c.Outcomes.Length);
        yield return new(CriterionKind.Power, $"at least {Count(Trainings)} trainings, and {Count(RunsPerCell)} in every cell",
            outcomes.Count >= Trainings && fewest >= RunsPerCell, $"{Count(outcomes.Count)} trainings, fewest in a cell {Count(fewest)}");
    }

    private static bool IsOutside(StudyRecording recording, (CalibrationOutcome Outcome, ClaimResult Claim)[] judged)
    {
        double[] ratios = [.. judged.Select(j => Ratio(j.Claim)).OfType<double>()];
        double? median = ratios.Length < RunsPerCell ? null : Quantiles.Median(ratios);
        bool fine = recording == StudyRecording.Midpoints || LargestPart(judged)?.Name == Rounding;
        return median is { } m && (m < (fine ? LeastMedianOfRounding : LeastMedian) || m > MostMedian);
    }
}
