using KernelFlow.Analysis.Budgets;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis;

/// <summary>Whether an answer hangs on a tolerance that was chosen from the budgets of C1 to C4: then the operators are formed once more, to the tight
/// one.</summary>
internal static class ToleranceCheck
{
    // The tolerance aims at a hundredth; claims with other denominators may come out at a few.
    private const double LargestShare = 0.05;

    /// <summary>What hangs on it; null when nothing does.</summary>
    public static string? Hangs(StudiedWindow window, Measurements measured, IReadOnlyList<ClaimResult> claims)
    {
        if (window.Model.RelativeTolerance <= BudgetTolerance.Tight) return null;
        if (measured.Inclusion.Verdict is Verdict.Violated or Verdict.Undecided) return "the inclusion";
        if (NearThreshold(window) is { } mode) return FormattableString.Invariant($"whether mode {mode + 1} is below the threshold");
        foreach (var claim in claims)
        {
            bool hangs = claim.Kind switch
            {
                ClaimKind.Data => Matters(claim.Budget),
                // What a recording that contradicts itself adds to the budgets says nothing of how well the flow must be known.
                ClaimKind.Consistency => claim.Verdict == Verdict.Violated,
                _ => claim.Verdict is Verdict.Violated or Verdict.Undecided,
            };
            if (hangs) return $"claim {claim.Id}";
        }
        return null;
    }

    private static bool Matters(ErrorBudget? budget) =>
        budget?.Sum is { } sum && budget.Integration.OrDefault(0) > LargestShare * sum;

    // An error of W_S moves an eigenvalue by at most its norm.
    private static int? NearThreshold(StudiedWindow window)
    {
        var values = window.Pairs.Values;
        if (values.Count == 0) return null;
        double error = window.Propagation.Error.W * MatrixNorms.Frobenius(window.Propagation.W_S)
            + (window.Model.Truncation?.Bound.W_S.Spectral ?? 0);
        double scale = window.Model.Fraction.TryGet(out double beta) ? 2 * beta : 1 / Math.Max(values[0], double.Epsilon);
        for (int j = 0; j < values.Count; j++)
            if (Math.Abs(scale * values[j] - window.Input.Options.Threshold) <= scale * error) return j;
        return null;
    }
}
