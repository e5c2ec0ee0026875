using KernelFlow.Spectral;

namespace KernelFlow.Analysis;

/// <summary>The eigenpairs of W_S: all of them for the claims, which are about every mode, and those that are reported.</summary>
/// <param name="Pairs">All r, descending.</param>
/// <param name="Reported">The k largest; the same object when k = N.</param>
/// <param name="Solver">Dense, Lanczos or Golub–Kahan.</param>
/// <param name="Multiplicity">How the reported pairs are known to hold every copy of a repeated eigenvalue.</param>
/// <param name="FactorScale">s_F when eigenvalues are squares of singular values of F, W_S = FᵀF; null when W_S itself was decomposed.</param>
internal sealed record SpectrumSolution(EigenPairs Pairs, EigenPairs Reported, EigenSolver Solver, string Multiplicity, double? FactorScale)
{
    /// <summary>The space in which W_S was decomposed; the vectors of all pairs lie in it, and have N elements.</summary>
    public required GradientSpace Space { get; init; }

    /// <summary>‖W_S‖₂ of the whole of it, which is what rounding is relative to; at least λ_1, which is that of the space.</summary>
    public required double Norm { get; init; }

    /// <summary>What a reduction of the range may leave of an eigenvalue, beside rounding; 0 where the whole flow was integrated.</summary>
    public double Truncated { get; init; }

    /// <summary>By how much a reduction of the range may have moved any eigenvalue; 0 where the whole flow was integrated.</summary>
    public double Shift { get; init; }

    /// <summary>r, the number of modes there are.</summary>
    public int Dimension => Space.Dimension;

    /// <summary>Whether <see cref="Pairs"/> are all r.</summary>
    public bool Complete => Pairs.Values.Count == Dimension;

    /// <summary>An upper bound of √λ_j that rounding cannot break: λ_j of the matrix is known to N·ε·‖W_S‖, σ_j = √λ_j of the factor to N·ε·s_F.</summary>
    /// <param name="value">λ_j as computed.</param>
    /// <param name="epsilon">ε of the kernels.</param>
    public double Root(double value, double epsilon)
    {
        double positive = Math.Max(value, 0), noise = Pairs.Vectors.RowCount * epsilon;
        return FactorScale is { } scale ? Math.Sqrt(positive) + noise * scale : Math.Sqrt(positive + noise * Norm + Truncated);
    }

    /// <summary><see cref="Root"/> of a zero eigenvalue: what cannot be told from zero.</summary>
    public double UnresolvedRoot(double epsilon) => Root(0, epsilon);
}
