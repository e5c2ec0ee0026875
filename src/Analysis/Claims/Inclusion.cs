namespace KernelFlow.Analysis.Claims;

/// <summary>C5, the inclusion verdict as a row among the claims.</summary>
internal static class Inclusion
{
    public static ClaimResult Summarise(InclusionResult inclusion) => new("C5", "inclusion", inclusion.Verdict)
    {
        RelativeError = Math.Max(0, inclusion.Structural.WorstRatio - 1),
        Reason = inclusion.Reason ?? FormattableString.Invariant($"largest response relative to its bound: {inclusion.Structural.WorstRatio:G3}"),
    };
}

/// <summary>C12, the movement of the kernel as a row among the claims.</summary>
internal static class KernelMovement
{
    public static ClaimResult Summarise(KernelEvolution evolution) => new("C12", "kernel evolution", Verdict.Measured)
    {
        Reason = FormattableString.Invariant($"spectral drift: largest {evolution.PeakDrift:G4}, at the end {evolution.EndDrift:G4}"),
    };
}
