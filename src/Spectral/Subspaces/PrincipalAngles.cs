using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral;

/// <summary>The principal angles 0 ≤ θ_1 ≤ … ≤ θ_l ≤ π/2 between two subspaces of ℝᴺ, l the smaller of their dimensions.</summary>
/// <remarks>
/// With orthonormal bases Q_A and Q_B (k ≥ l columns): cos θ are the singular values of Q_AᵀQ_B, sin θ those of (I − Q_AQ_Aᵀ)Q_B. A cosine knows an
/// angle of 1e-8 to no digit, a sine likewise one near π/2: below π/4 the sine is used, above it the cosine, so every angle is known to a few ε
/// absolutely. Source: Björck &amp; Golub 1973; Knyazev &amp; Argentati 2002, <i>SIAM J. Sci. Comput.</i> 23, 2008–2040.
/// </remarks>
public sealed class PrincipalAngles
{
    private PrincipalAngles(int ambient, int first, int second, double[] radians)
    {
        AmbientDimension = ambient;
        FirstDimension = first;
        SecondDimension = second;
        Radians = radians;
    }

    /// <summary>N, the dimension of the space that both lie in.</summary>
    public int AmbientDimension { get; }

    /// <summary>k, the dimension of the first subspace.</summary>
    public int FirstDimension { get; }

    /// <summary>The dimension of the second subspace.</summary>
    public int SecondDimension { get; }

    /// <summary>θ_j in radians, ascending.</summary>
    public IReadOnlyList<double> Radians { get; }

    /// <summary>θ_l, radians: how far the smaller subspace is from lying in the larger one.</summary>
    public double Largest => Radians[^1];

    /// <summary>θ_1, radians: 0 when the subspaces share a direction.</summary>
    public double Smallest => Radians[0];

    /// <summary>sin θ_l = max over unit v in the smaller subspace of its distance from the larger one: 0 iff it is contained.</summary>
    public double ContainmentGap => Math.Sin(Largest);

    /// <summary>‖Π_A − Π_B‖₂ of the orthogonal projectors: sin θ_l for equal dimensions, 1 otherwise.</summary>
    public double Gap => FirstDimension == SecondDimension ? ContainmentGap : 1;

    /// <summary>‖Π_A − Π_B‖_F = (|k − l| + 2 Σ sin²θ_j)^½.</summary>
    public double ChordalDistance => Math.Sqrt(Math.Abs(FirstDimension - SecondDimension) + 2 * Radians.Sum(t => Math.Sin(t) * Math.Sin(t)));

    /// <summary>The angles between the column spaces of A and B, which need not be orthonormal; neither is changed. O(N(k + l)²).</summary>
    /// <param name="a">N×k, k ≥ 1, of full column rank.</param>
    /// <param name="b">N×l, l ≥ 1, of full column rank.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <exception cref="ArgumentException">The row counts differ, a matrix has no column, more columns than rows, columns that are dependent to
    /// rounding, or an element that is not finite.</exception>
    /// <exception cref="NumericalException">A singular value decomposition did not converge.</exception>
    public static PrincipalAngles Between(in MatrixView a, in MatrixView b, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        if (a.Rows != b.Rows) throw new ArgumentException($"The subspaces live in different spaces: A has {a.Rows} rows, B has {b.Rows}.");
        MatrixView first = OrthonormalBasis.Of(a, "A", backend), second = OrthonormalBasis.Of(b, "B", backend);
        var (larger, smaller) = first.Columns >= second.Columns ? (first, second) : (second, first);
        var overlap = new DenseMatrix(larger.Columns, smaller.Columns);
        backend.Gemm(Op.Transpose, Op.None, 1, larger, smaller, 0, overlap);
        var rest = smaller.ToMatrix();
        backend.Gemm(Op.None, Op.None, -1, larger, overlap, 1, rest);
        double[] cosines = SingularValues(overlap, backend), sines = SingularValues(rest, backend);
        Array.Reverse(sines); // ascending, as the angles of descending cosines
        var radians = new double[smaller.Columns];
        for (int j = 0; j < radians.Length; j++)
            radians[j] = cosines[j] * cosines[j] > 0.5 ? Math.Asin(Math.Min(1, sines[j])) : Math.Acos(Math.Clamp(cosines[j], 0, 1));
        // The two sequences meet at π/4, where either is right to rounding: the order is kept there.
        Array.Sort(radians);
        return new PrincipalAngles(a.Rows, a.Columns, b.Columns, radians);
    }

    private static double[] SingularValues(DenseMatrix m, Backend backend)
    {
        int k = Math.Min(m.RowCount, m.ColumnCount);
        var sigma = new double[k];
        backend.Svd(m, sigma, new DenseMatrix(m.RowCount, k), new DenseMatrix(k, m.ColumnCount));
        return sigma;
    }
}
