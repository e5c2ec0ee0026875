using KernelFlow.Spectral;

namespace KernelFlow.Analysis;

/// <summary>The eigenpairs of W_S: all of them for the claims, which are about every mode, and those that are reported.</summary>
/// <param name="Pairs">All N, descending.</param>
/// <param name="Reported">The k largest; the same object when k = N.</param>
/// <param name="Solver">Dense, Lanczos or Golub–Kahan.</param>
/// <param name="Multiplicity">How the reported pairs are known to hold every copy of a repeated eigenvalue.</param>
/// <param name="FactorScale">s_F when eigenvalues are squares of singular values of F, W_S = FᵀF; null when W_S itself was decomposed.</param>
internal sealed record SpectrumSolution(EigenPairs Pairs, EigenPairs Reported, EigenSolver Solver, string Multiplicity, double? FactorScale)
{
    /// <summary>Whether <see cref="Pairs"/> are all N.</summary>
    public bool Complete => Pairs.Values.Count == Pairs.Vectors.RowCount;

    /// <summary>An upper bound of √λ_j that rounding cannot break: λ_j of the matrix is known to N·ε·λ_1, σ_j = √λ_j of the factor to N·ε·s_F.</summary>
    /// <param name="value">λ_j as computed.</param>
    /// <param name="epsilon">ε of the kernels.</param>
    public double Root(double value, double epsilon)
    {
        double positive = Math.Max(value, 0), noise = Pairs.Vectors.RowCount * epsilon;
        return FactorScale is { } scale ? Math.Sqrt(positive) + noise * scale : Math.Sqrt(positive + noise * Math.Max(Pairs.Values[0], 0));
    }

    /// <summary><see cref="Root"/> of a zero eigenvalue: what cannot be told from zero.</summary>
    public double UnresolvedRoot(double epsilon) => Root(0, epsilon);
}
