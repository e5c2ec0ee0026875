namespace KernelFlow.Validation.Calibration;

/// <summary>What the tables and criteria of the calibration study count.</summary>
internal static class CalibrationFigures
{
    /// <summary>The claims of the theory that are confronted with data.</summary>
    public static IReadOnlyList<string> DataClaims { get; } = ["C1", "C2", "C3", "C4", "C8"];

    /// <summary>Below this ‖g(T)‖/‖g(s)‖ a window counts as converged.</summary>
    public const double Converged = 1e-3;

    /// <summary>The budget's name of the part that no better recording removes.</summary>
    public const string Rounding = "rounding";

    /// <summary>Whether there is a verdict with a number.</summary>
    public static bool IsJudged(ClaimResult claim) => claim.Verdict is Verdict.Holds or Verdict.Violated or Verdict.Undecided;

    /// <summary>Error relative to the budget; null where a part of it is unknown or nothing is judged.</summary>
    public static double? Ratio(ClaimResult claim) =>
        IsJudged(claim) && claim.Budget?.Sum is { } sum && sum > 0 && claim.RelativeError.OrNull() is { } error && double.IsFinite(sum) ? error / sum : null;

    /// <summary>All judged claims of some outcomes, with their outcome.</summary>
    public static IEnumerable<(CalibrationOutcome Outcome, ClaimResult Claim)> Judged(IEnumerable<CalibrationOutcome> outcomes, string? id = null) =>
        from outcome in outcomes
        from claim in outcome.Claims
        where IsJudged(claim) && (id is null ? DataClaims.Contains(claim.Id) : claim.Id == id)
        select (outcome, claim);

    /// <summary>Share of judged claims that are undecided; null where none is judged.</summary>
    public static double? Undecided(IEnumerable<(CalibrationOutcome Outcome, ClaimResult Claim)> judged)
    {
        var all = judged.ToArray();
        return all.Length == 0 ? null : (double)all.Count(j => j.Claim.Verdict == Verdict.Undecided) / all.Length;
    }

    /// <summary>The part that is most often the largest of a budget, with its share of them.</summary>
    public static (string Name, double Share)? LargestPart(IEnumerable<(CalibrationOutcome Outcome, ClaimResult Claim)> judged)
    {
        string[] parts = [.. judged.Select(j => j.Claim.Budget?.LargestPart).OfType<string>()];
        if (parts.Length == 0) return null;
        var most = parts.GroupBy(p => p).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First();
        return (most.Key, (double)most.Count() / parts.Length);
    }

    /// <summary>The claims of which little may be undecided: gradient descent between sparse checkpoints, or any optimizer with midpoints, with no step past
    /// the edge, rounding not the largest part and the window not converged.</summary>
    public static IEnumerable<(CalibrationOutcome Outcome, ClaimResult Claim)> Decidable(IEnumerable<CalibrationOutcome> outcomes, StudyRecording recording) =>
        Judged(outcomes.Where(o => o.Training.Cell.Recording == recording && o.LargestZ <= 2 && o.GradientLeft > Converged
            && (recording == StudyRecording.Midpoints
                || (o.Training.Cell.Optimizer == StudyOptimizer.GradientDescent && o.Checkpoints >= 24 && o.Drift < 5))))
            .Where(j => j.Claim.Budget?.LargestPart != Rounding);
}
