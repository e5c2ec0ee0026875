namespace KernelFlow.Analysis.Claims;

/// <summary>The rule of every claim that is compared with recorded data: Undecided if a part of the budget is unknown or the sum exceeds the tolerance;
/// Violated if the
/// error exceeds three times the sum; otherwise Holds.</summary>
internal static class DataRule
{
    private const double Slack = 3;

    /// <summary>The verdict from the number and its budget alone.</summary>
    public static (Verdict Verdict, string? Reason) Judge(double error, ErrorBudget budget, double tolerance)
    {
        if (budget.Sum is not { } sum) return (Verdict.Undecided, "unknown part of the budget: " + string.Join("; ", Unknown(budget)));
        if (double.IsNaN(error)) return (Verdict.Undecided, "the error is not a number");
        // Written so that a budget that is not a number, for which every comparison is false, cannot hold.
        if (!(sum <= tolerance))
            return (Verdict.Undecided,
                FormattableString.Invariant($"the budget, {sum:G3}, exceeds the tolerance {tolerance:G3}; largest part: {budget.LargestPart}"));
        if (error > Slack * sum) return (Verdict.Violated, FormattableString.Invariant($"the error, {error:G3}, exceeds 3 times the budget, {sum:G3}"));
        return (Verdict.Holds, null);
    }

    private static IEnumerable<string> Unknown(ErrorBudget budget) => budget.Parts.Where(p => !p.Value.IsKnown).Select(p => $"{p.Name} ({p.Value.Reason})");
}
