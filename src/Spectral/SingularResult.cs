using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>Singular triples F v = σ u, Fᵀu = σ v at one or both ends, with the evidence for them.</summary>
public sealed record SingularResult
{
    /// <summary>σ, descending.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>λ = σ², the eigenvalues of FᵀF.</summary>
    public required IReadOnlyList<double> Eigenvalues { get; init; }

    /// <summary>Right singular vectors in columns, N×k: the eigenvectors of FᵀF.</summary>
    public required DenseMatrix Right { get; init; }

    /// <summary>Left singular vectors in columns, L×k, or null when they were not asked for.</summary>
    public DenseMatrix? Left { get; init; }

    /// <summary>‖F v_j − σ_j u_j‖, computed.</summary>
    public required IReadOnlyList<double> RightResidualNorms { get; init; }

    /// <summary>‖Fᵀu_j − σ_j v_j‖, computed.</summary>
    public required IReadOnlyList<double> LeftResidualNorms { get; init; }

    /// <summary>max |VᵀV − I| of the right vectors, measured.</summary>
    public required double OrthogonalityLoss { get; init; }

    /// <summary>The same over both whole bases at the end of the iteration.</summary>
    public required double BasisOrthogonalityLoss { get; init; }

    /// <summary>Bounds on the distance of each σ to a singular value; see <see cref="LanczosResult.ErrorBounds"/>. Rounding, a
    /// small multiple of ε‖F‖, is left out.</summary>
    public required IReadOnlyList<double> ErrorBounds { get; init; }

    /// <summary>Bounds on the sine of the angle between (u, v) and the true pair, or between the spaces of a cluster.</summary>
    public required IReadOnlyList<double> AngleBounds { get; init; }

    /// <summary>How the result knows that it has all copies of the wanted values.</summary>
    public required MultiplicityEvidence Multiplicity { get; init; }

    /// <summary>The same in words.</summary>
    public string MultiplicityText => Multiplicity.Text();

    /// <summary>Vectors that F or Fᵀ was applied to, residuals included.</summary>
    public required int Applications { get; init; }

    /// <summary>Most vectors on each side.</summary>
    public required int MaximumBasis { get; init; }

    /// <summary>How often the bases were restarted.</summary>
    public required int Restarts { get; init; }

    /// <summary>Searches orthogonal to the triples found.</summary>
    public required int DeflatedRestarts { get; init; }

    /// <summary>Values that only those searches found.</summary>
    public required int FoundByDeflation { get; init; }

    /// <summary>Whether every residual meets the tolerance and the search for further copies came to its end.</summary>
    public required bool Converged { get; init; }
}
