using KernelFlow.Analysis.Claims;

namespace KernelFlow;

/// <summary>The claims of the theory that an analysis checks, C1 to C14, and the claims about the recording, R1 and on, in the order of the results.</summary>
public static class ClaimCatalogue
{
    /// <summary>All of them; docs/theory/claims.md lists them.</summary>
    public static IReadOnlyList<Claim> All { get; } =
    [
        new C01Dissipation(), new C02Transport(), new C03TrainTransfer(), new C04TestTransfer(), new C05Inclusion(), new C06Reachability(),
            new C07FrozenKernel(),
        new C08Coupling(), new C09Trapping(), new C10Composition(), new C11Schedule(), new C12KernelEvolution(), new C13NoisePlacement(),
            new C14PopulationRisk(),
        .. RecordingChecks.All,
        new R05TrainSteps(), new R06TestSteps(), new R07TrainScale(), new R08TestScale(), new R09LeaveOneOut(), new R10Midpoints(),
        .. RecordingChecks.Last,
        new R12StableSteps(),
    ];

    /// <summary>Whether a claim may be checked without operators: C1 to C4, those about the recording, and a user's own, which are tried.</summary>
    internal static bool IsOfVectors(Claim claim) => claim.Kind == ClaimKind.Consistency || claim is C01Dissipation or C02Transport or Transfer
        || !All.Contains(claim);

    /// <summary>The claims of the theory followed by a user's own.</summary>
    /// <param name="own">A user's own claims.</param>
    /// <exception cref="ArgumentException">Two claims have one id.</exception>
    internal static IReadOnlyList<Claim> With(IReadOnlyList<Claim> own)
    {
        Claim[] all = [.. All, .. own];
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var claim in all)
            if (!seen.Add((claim ?? throw new ArgumentException("claims: found null, expected a claim.")).Id))
                throw new ArgumentException($"claims: found two claims with the id {claim.Id}, expected each id once.");
        return all;
    }
}
