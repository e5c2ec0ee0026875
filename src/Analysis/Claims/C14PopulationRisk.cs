namespace KernelFlow.Analysis.Claims;

/// <summary>C14, the population-risk gate as a row among the claims.</summary>
internal sealed class C14PopulationRisk() : Claim("C14", "population-risk gate", ClaimKind.Measured)
{
    public override string Statement => "This share of the parameters has a mean gradient that stands out from its variance over the training examples.";

    public override string Equation => "share of k with μ_k² > σ_k²/(b−1)";

    public override string Needs => "recorded Jacobians that are not sketched, and at least two training examples";

    protected override ClaimResult CheckCore(ClaimEvidence evidence) => evidence.RiskGate.TryGet(out var gate)
        ? Measured(FormattableString.Invariant($"share of parameters with μ² > σ²/(b−1): {gate.Points[0].Share:G4} at s, {gate.Points[^1].Share:G4} at T"))
        : NotApplicable(evidence.RiskGate.Reason!);
}
