using KernelFlow.Numerics;

namespace KernelFlow.Spectral;

/// <summary>How far the leading eigenspace turned from one window (or matrix) to another, beside what would make that number meaningless.</summary>
/// <param name="Angles">Principal angles between the two leading eigenspaces.</param>
/// <param name="FirstGap">(λ_k − λ_{k+1})/λ_1 of the first: 0 when the space is not determined, infinite when it is the whole space.</param>
/// <param name="SecondGap">The same of the second.</param>
/// <param name="Resolution">The angle, in radians, that the residuals of the computed eigenpairs and rounding of the matrices (N·ε·λ_1) alone allow
/// (<see cref="DavisKahan.FromResidual"/>, both sides added; π/2 at most).</param>
public sealed record SubspaceRotation(PrincipalAngles Angles, double FirstGap, double SecondGap, double Resolution)
{
    /// <summary>Whether the largest angle exceeds what residuals and rounding allow: the space turned, not only its computation.</summary>
    public bool IsResolved => Angles.Largest > Resolution;

    /// <summary>The rotation of the k leading eigenvectors.</summary>
    /// <param name="first">Eigenpairs of the first matrix, descending, at least k.</param>
    /// <param name="second">Eigenpairs of the second matrix of the same order.</param>
    /// <param name="count">k, the number of leading eigenpairs that span the subspaces; at least 1.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <exception cref="ArgumentException">k does not fit the pairs, or their orders differ.</exception>
    /// <exception cref="NumericalException">A singular value decomposition did not converge.</exception>
    public static SubspaceRotation Between(EigenPairs first, EigenPairs second, int count, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        int most = Math.Min(first.Values.Count, second.Values.Count);
        if (count < 1 || count > most) throw new ArgumentException($"count: found {count}, expected 1 to {most}, the pairs there are.", nameof(count));
        var angles = PrincipalAngles.Between(((MatrixView)first.Vectors).ColumnRange(0, count), ((MatrixView)second.Vectors).ColumnRange(0, count), backend);
        return new SubspaceRotation(angles, RelativeGap(first, count), RelativeGap(second, count),
            Math.Min(0.5 * Math.PI, Blur(first, count) + Blur(second, count)));
    }

    private static double Gap(EigenPairs pairs, int count) =>
        count == pairs.Vectors.RowCount ? double.PositiveInfinity : count == pairs.Values.Count ? 0
            : Math.Max(0, pairs.Values[count - 1] - pairs.Values[count]);

    private static double RelativeGap(EigenPairs pairs, int count) => Gap(pairs, count) is var gap && pairs.Values[0] > 0 ? gap / pairs.Values[0]
        : gap > 0 ? double.PositiveInfinity : 0;

    private static double Blur(EigenPairs pairs, int count)
    {
        double squares = 0;
        for (int j = 0; j < count; j++) squares += pairs.ResidualNorms[j] * pairs.ResidualNorms[j];
        return DavisKahan.FromResidual(Math.Sqrt(squares) + Tolerances.RoundingFloor(pairs.Vectors.RowCount, Math.Abs(pairs.Values[0])), Gap(pairs, count));
    }
}
