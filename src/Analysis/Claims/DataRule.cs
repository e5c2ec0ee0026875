namespace KernelFlow.Analysis.Claims;

/// <summary>The rule of every claim that is compared with recorded data: Undecided if a part of the budget is unknown or the sum exceeds twice the tolerance;
/// Violated if the error exceeds three times the sum; Undecided if the sum exceeds the tolerance; otherwise Holds.</summary>
internal static class DataRule
{
    private const double Slack = 3;

    // Between one and two tolerances the budget is too large for agreement to mean anything, and small enough for a gross contradiction to mean something.
    private const double Hopeless = 2;

    /// <summary>The verdict from the number and its budget alone.</summary>
    public static (Verdict Verdict, string? Reason) Judge(double error, ErrorBudget budget, double tolerance)
    {
        if (budget.Sum is not { } sum) return (Verdict.Undecided, "unknown part of the budget: " + string.Join("; ", Unknown(budget)));
        if (double.IsNaN(error)) return (Verdict.Undecided, "the error is not a number");
        string tooLarge = FormattableString.Invariant($"the budget, {sum:G3}, exceeds the tolerance {tolerance:G3}; largest part: {budget.LargestPart}");
        // Both comparisons of the sum are written so that a budget that is not a number, for which every comparison is false, cannot hold.
        if (!(sum <= Hopeless * tolerance)) return (Verdict.Undecided, tooLarge);
        if (error > Slack * sum) return (Verdict.Violated, FormattableString.Invariant($"the error, {error:G3}, exceeds 3 times the budget, {sum:G3}"));
        return sum <= tolerance ? (Verdict.Holds, null) : (Verdict.Undecided, tooLarge);
    }

    private static IEnumerable<string> Unknown(ErrorBudget budget) => budget.Parts.Where(p => !p.Value.IsKnown).Select(p => $"{p.Name} ({p.Value.Reason})");
}
