namespace KernelFlow.Analysis.Claims;

/// <summary>C12, the movement of the kernel as a row among the claims.</summary>
internal sealed class C12KernelEvolution() : Claim("C12", "kernel evolution", ClaimKind.Measured)
{
    public override string Statement => "The kernel of the training set moves away from what it was at the start by this much.";

    public override string Equation => "‖K_SS(t_k) − K_SS(s)‖₂ / ‖K_SS(s)‖₂";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        var (peak, end) = (evidence.KernelEvolution.PeakDrift, evidence.KernelEvolution.EndDrift);
        return Measured(double.IsInfinity(peak)
            ? "the kernel is zero at the start and not later: there is no size that its movement could be measured in"
            : FormattableString.Invariant($"spectral drift: largest {peak:G4}, at the end {end:G4}"));
    }
}
