namespace KernelFlow.Analysis.Claims;

/// <summary>C5, the inclusion verdict as a row among the claims.</summary>
internal sealed class C05Inclusion() : Claim("C5", "inclusion", ClaimKind.Inclusion)
{
    public override string Statement => "What training does not dissipate does not move the test outputs.";

    public override string Equation => "ker W_S ⊆ ker G_Q";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        var inclusion = evidence.Inclusion;
        string reason = inclusion.Reason ?? FormattableString.Invariant($"largest response relative to its bound: {inclusion.Structural.WorstRatio:G3}")
            + (inclusion.Cosine.TryGet(out var cosine) ? FormattableString.Invariant($", σ = {cosine.Sigma:G4}") : "");
        if (InclusionQualification.Of(evidence) is { } qualification) reason = $"{reason}; {qualification}";
        return Result(inclusion.Verdict, reason) with { RelativeError = Math.Max(0, Worst(inclusion) - 1) };
    }

    // The largest of three numbers of which none may exceed 1.
    private static double Worst(InclusionResult inclusion) =>
        Math.Max(inclusion.Structural.WorstRatio, Math.Max(inclusion.Structural.WorstRowRatio ?? 0, inclusion.Cosine.OrNull()?.Sigma ?? 0));
}
