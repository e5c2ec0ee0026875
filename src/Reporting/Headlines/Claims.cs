namespace KernelFlow.Reporting;

/// <summary>What the lines of the headline ask of claims.</summary>
internal static class Claims
{
    /// <summary>Whether a claim was put to the test, decided or not.</summary>
    public static bool IsJudged(ClaimResult claim) => claim.Verdict is Verdict.Holds or Verdict.Violated or Verdict.Undecided;

    /// <summary>The claims with their verdicts and reasons, a sentence each.</summary>
    public static string Reasons(IEnumerable<ClaimResult> claims) => string.Join(" ", claims.Select(c =>
        $"{c.Id} {c.Name} {Narrative.Word(c.Verdict)}{(c.Reason is { Length: > 0 } why ? $": {why.TrimEnd('.')}" : "")}."));

    /// <summary>How far a claim is towards its limit; past all others where its budget is unknown, then by the error itself.</summary>
    public static double Severity(ClaimResult claim)
    {
        double error = claim.RelativeError.OrDefault(0);
        double ratio = claim.Budget?.Sum is { } sum ? sum > 0 ? error / sum : error > 0 ? double.PositiveInfinity : 0 : error;
        return double.IsNaN(ratio) ? double.PositiveInfinity : ratio;
    }
}
