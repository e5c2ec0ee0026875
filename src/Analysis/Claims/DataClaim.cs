namespace KernelFlow.Analysis.Claims;

/// <summary>The rule of every claim that is compared with recorded data: Undecided if a part of the budget is unknown or the sum exceeds the tolerance; Violated if the error exceeds 3 × the sum; else Holds.</summary>
internal static class DataClaim
{
    private const double Slack = 3;

    // Past this multiple of the edge of stability (z = 3 for gradient descent) quadrature errors of the steps grow faster than any estimate of them.
    public const double BeyondEdge = 1.5;

    public static ClaimResult Judge(ClaimContext c, string id, string name, double error, double? correlation, ErrorBudget budget) =>
        c.Model.Descent is { } d && d.LargestZ > BeyondEdge * d.StabilityEdge
            ? new ClaimResult(id, name, KernelFlow.Verdict.Undecided)
            {
                RelativeError = error, Correlation = correlation, Budget = budget, Tolerance = c.Options.Tolerance,
                Reason = FormattableString.Invariant(
                    $"past the edge of stability: z = {d.LargestZ:G3} at step {d.LargestZStep} (edge {d.StabilityEdge:G3}), errors made early can grow by {d.Amplification:G3}"),
            }
            : Judge(id, name, error, correlation, budget, c.Options.Tolerance);

    public static ClaimResult Judge(string id, string name, double error, double? correlation, ErrorBudget budget, double tolerance)
    {
        var (verdict, reason) = Verdict(error, budget, tolerance);
        return new ClaimResult(id, name, verdict) { RelativeError = error, Correlation = correlation, Budget = budget, Tolerance = tolerance, Reason = reason };
    }

    public static ClaimResult NotApplicable(string id, string name, string reason) => new(id, name, KernelFlow.Verdict.NotApplicable) { RelativeError = Known.Unknown<double>(reason), Reason = reason };

    private static (Verdict, string?) Verdict(double error, ErrorBudget budget, double tolerance)
    {
        if (budget.Sum is not { } sum)
        {
            var unknown = budget.Parts.Where(p => !p.Value.IsKnown).Select(p => $"{p.Name} ({p.Value.Reason})");
            return (KernelFlow.Verdict.Undecided, "unknown part of the budget: " + string.Join("; ", unknown));
        }
        if (double.IsNaN(error)) return (KernelFlow.Verdict.Undecided, "the error is not a number");
        // Written so that a budget that is not a number, for which every comparison is false, cannot hold.
        if (!(sum <= tolerance))
            return (KernelFlow.Verdict.Undecided, FormattableString.Invariant($"the budget, {sum:G3}, exceeds the tolerance {tolerance:G3}; largest part: {budget.LargestPart}"));
        if (error > Slack * sum) return (KernelFlow.Verdict.Violated, FormattableString.Invariant($"the error, {error:G3}, exceeds 3 times the budget, {sum:G3}"));
        return (KernelFlow.Verdict.Holds, null);
    }
}
