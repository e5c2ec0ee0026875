using KernelFlow.Spectral;

namespace KernelFlow;

/// <summary>Eigenpairs at one or both ends of the spectrum of a symmetric operator, with the evidence for them.</summary>
public sealed record LanczosResult
{
    /// <summary>Values descending, vectors, true residual norms, applications (residuals included) and whether everything asked for is there.</summary>
    public required EigenPairs Pairs { get; init; }

    /// <summary>Bounds on the distance of each value to an eigenvalue: the residual norm r, or r²/gap where that is smaller. A cluster (values closer
    /// than their residuals) shares the Frobenius norm of its residuals and the gap to what surrounds it. The gap to values not asked for is taken
    /// from their Ritz values, so it is an estimate unless the basis is complete.</summary>
    public required IReadOnlyList<double> ErrorBounds { get; init; }

    /// <summary>Bounds on the sine of the angle between each vector (or the space of its cluster) and the true invariant subspace:
    /// r/gap, at most 1 (Davis and Kahan).</summary>
    public required IReadOnlyList<double> AngleBounds { get; init; }

    /// <summary>How the result knows that it has all copies of the wanted values.</summary>
    public required MultiplicityEvidence Multiplicity { get; init; }

    /// <summary>The same in words.</summary>
    public string MultiplicityText => Multiplicity.Text();

    /// <summary>max |BᵀB − I| over the whole basis at the end of the iteration, measured.</summary>
    public required double BasisOrthogonalityLoss { get; init; }

    /// <summary>Most basis vectors there could be.</summary>
    public required int MaximumBasis { get; init; }

    /// <summary>How often the basis was restarted.</summary>
    public required int Restarts { get; init; }

    /// <summary>Searches orthogonal to the pairs found.</summary>
    public required int DeflatedRestarts { get; init; }

    /// <summary>Values that only those searches found.</summary>
    public required int FoundByDeflation { get; init; }
}
