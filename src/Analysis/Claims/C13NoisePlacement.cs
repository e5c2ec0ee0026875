namespace KernelFlow.Analysis.Claims;

/// <summary>C13, where the noise went, as a row among the claims.</summary>
internal sealed class C13NoisePlacement() : Claim("C13", "noise placement", ClaimKind.Measured)
{
    public override string Statement =>
        "Label noise, the clean signal and the start gradient lie in the signal channel and in the reservoir with these shares.";

    public override string Equation => "‖Π_signal v‖² / ‖v‖² for v the noise, the clean signal and g(s)";

    public override string Needs => "clean_S or noise_mask_S in the run";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        if (!evidence.NoisePlacement.TryGet(out var placement)) return NotApplicable(evidence.NoisePlacement.Reason!);
        var end = placement.Points[^1];
        string shares = FormattableString.Invariant(
            $"share in the signal channel at T: noise {end.Noise.SignalShare:G4}, clean signal {end.Clean.SignalShare:G4}, gradient ")
            + FormattableString.Invariant($"{end.Gradient.SignalShare:G4}");
        return Measured(end.Noise.Dissipated is { } noise
            ? shares
                + FormattableString.Invariant($"; dissipated: noise {noise:G4}, clean signal {end.Clean.Dissipated:G4}, gradient {end.Gradient.Dissipated:G4}")
            : shares);
    }
}
