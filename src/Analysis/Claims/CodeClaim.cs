namespace KernelFlow.Analysis.Claims;

/// <summary>The rule of claims that hold for any input and so test the code: Violated if the defect exceeds 3 × (integration + rounding), otherwise Holds (theory, section 6).</summary>
internal static class CodeClaim
{
    private const double Slack = 3;

    /// <summary>The verdict from the number and its budget alone.</summary>
    /// <param name="id">"C6" and so on.</param>
    /// <param name="name">In words.</param>
    /// <param name="defect">The number.</param>
    /// <param name="integration">Integration part, relative to the same denominator.</param>
    /// <param name="rounding">Rounding part.</param>
    /// <param name="what">What was compared, for the reader.</param>
    public static ClaimResult Judge(string id, string name, double defect, double integration, double rounding, string what)
    {
        double allowed = Slack * (integration + rounding);
        // A defect that is not a number, for which every comparison is false, must not hold.
        bool holds = defect <= allowed;
        return new ClaimResult(id, name, holds ? Verdict.Holds : Verdict.Violated)
        {
            RelativeError = defect,
            Budget = new ErrorBudget(integration, 0, 0, rounding),
            Reason = holds ? what : FormattableString.Invariant($"the defect, {defect:G3}, exceeds 3 times integration and rounding, {integration + rounding:G3} ({what})"),
        };
    }

    /// <summary>The same for several defects, each with its own integration part: the one nearest to its bound decides, a defect that is not a number before all others.</summary>
    public static ClaimResult JudgeNearest(string id, string name, IEnumerable<(string Name, double Defect, double Integration)> parts, double rounding, string what)
    {
        var (part, defect, integration) = parts.MaxBy(x => double.IsNaN(x.Defect) ? double.PositiveInfinity : x.Defect / (x.Integration + rounding));
        return Judge(id, name, defect, integration, rounding, what + "; nearest to its bound: " + part);
    }
}
