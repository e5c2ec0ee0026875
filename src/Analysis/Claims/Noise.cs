namespace KernelFlow.Analysis.Claims;

/// <summary>C13, where the noise went, as a row among the claims.</summary>
internal static class Noise
{
    public static ClaimResult Summarise(NoisePlacement? placement, string? reason)
    {
        const string id = "C13", name = "noise placement";
        if (placement is null) return DataClaim.NotApplicable(id, name, reason!);
        var end = placement.Points[^1];
        return new ClaimResult(id, name, Verdict.Measured)
        {
            Reason = FormattableString.Invariant($"share in the signal channel at T: noise {end.Noise.SignalShare:G4}, clean signal {end.Clean.SignalShare:G4}, gradient {end.Gradient.SignalShare:G4}")
                + (end.Noise.Dissipated is { } noise ? FormattableString.Invariant($"; dissipated: noise {noise:G4}, clean signal {end.Clean.Dissipated:G4}, gradient {end.Gradient.Dissipated:G4}") : ""),
        };
    }
}
