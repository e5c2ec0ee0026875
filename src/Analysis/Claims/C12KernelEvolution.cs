namespace KernelFlow.Analysis.Claims;

/// <summary>C12, the movement of the kernel as a row among the claims.</summary>
internal sealed class C12KernelEvolution() : Claim("C12", "kernel evolution", ClaimKind.Measured)
{
    public override string Statement => "The kernel of the training set moves away from what it was at the start by this much.";

    public override string Equation => "‖K_SS(t_k) − K_SS(s)‖₂ / ‖K_SS(s)‖₂";

    protected override ClaimResult CheckCore(ClaimEvidence evidence) =>
        Measured(FormattableString.Invariant($"spectral drift: largest {evidence.KernelEvolution.PeakDrift:G4}, at the end ")
            + FormattableString.Invariant($"{evidence.KernelEvolution.EndDrift:G4}"));
}
