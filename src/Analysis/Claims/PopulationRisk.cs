namespace KernelFlow.Analysis.Claims;

/// <summary>C14, the population-risk gate as a row among the claims.</summary>
internal static class PopulationRisk
{
    public static ClaimResult Summarise(RiskGate? gate, string? reason) => gate is null
        ? DataClaim.NotApplicable("C14", "population-risk gate", reason!)
        : new ClaimResult("C14", "population-risk gate", Verdict.Measured)
        {
            Reason = FormattableString.Invariant($"share of parameters with μ² > σ²/(b−1): {gate.Points[0].Share:G4} at s, {gate.Points[^1].Share:G4} at T"),
        };
}
