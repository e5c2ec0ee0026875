namespace KernelFlow.Analysis.Claims;

/// <summary>The rule of claims that hold for any input and so test the program: Violated if the defect exceeds three times integration and rounding, otherwise
/// Holds
/// (theory, section 6).</summary>
internal static class CodeRule
{
    /// <summary>Error estimates are right to a small factor.</summary>
    public const double Slack = 3;

    /// <summary>The verdict from the number and its budget alone.</summary>
    public static (Verdict Verdict, string Reason) Judge(double defect, double integration, double rounding, string what, double? truncation = null)
    {
        double allowed = integration + rounding + (truncation ?? 0);
        string explained = truncation is null ? "integration and rounding" : "integration, rounding and truncation";
        // A defect that is not a number, for which every comparison is false, must not hold.
        if (defect <= Slack * allowed) return (Verdict.Holds, what);
        return (Verdict.Violated,
            FormattableString.Invariant($"the defect, {defect:G3}, exceeds 3 times {explained}, {allowed:G3} ({what})"));
    }

    /// <summary>Of several defects the one nearest to its bound; one that is not a number before all others.</summary>
    public static (string Name, double Defect, double Integration, double? Truncation) Nearest(
        IEnumerable<(string Name, double Defect, double Integration, double? Truncation)> parts, double rounding) =>
        parts.MaxBy(x => double.IsNaN(x.Defect) ? double.PositiveInfinity : x.Defect / (x.Integration + rounding + (x.Truncation ?? 0)));
}
