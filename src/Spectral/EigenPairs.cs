using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>Eigenpairs of a symmetric operator with the evidence for them.</summary>
/// <param name="Values">Eigenvalues, descending.</param>
/// <param name="Vectors">Orthonormal eigenvectors in columns, in the same order.</param>
/// <param name="ResidualNorms">‖Aψ_j − λ_jψ_j‖₂, computed with the operator, not estimated.</param>
/// <param name="OrthogonalityLoss">max |ΨᵀΨ − I|, measured.</param>
/// <param name="Applications">Vectors the operator was applied to, residuals included.</param>
/// <param name="Converged">Whether every residual meets the tolerance and the search for eigenvalues left out (further copies) came to its end.</param>
public sealed record EigenPairs(IReadOnlyList<double> Values, DenseMatrix Vectors, IReadOnlyList<double> ResidualNorms,
    double OrthogonalityLoss, int Applications, bool Converged);
