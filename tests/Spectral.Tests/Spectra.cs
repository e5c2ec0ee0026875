namespace KernelFlow.Spectral.Tests;

/// <summary>Symmetric matrices whose eigenpairs are known, operators that watch, and measures of what was found.</summary>
internal static class Spectra
{
    /// <summary>A = VΛVᵀ with Λ in the order given.</summary>
    public static (DenseMatrix A, Matrix<double> V) Make(double[] values, int seed)
    {
        var V = RandomMatrices.Orthogonal(new Random(seed), values.Length);
        return (RandomMatrices.Symmetric(V, values), V);
    }

    /// <summary>Everything a certified answer claims, measured again by other code.</summary>
    public static void CheckCertificate(EigenPairs pairs, Matrix<double> A, double residual)
    {
        int k = pairs.Values.Count;
        Assert.Equal((A.RowCount, k, k), (pairs.Vectors.RowCount, pairs.Vectors.ColumnCount, pairs.ResidualNorms.Count));
        double norm = A.L2Norm(), rounding = 4 * A.RowCount * Check.Eps * norm;
        for (int j = 0; j < k; j++)
        {
            double found = (A * pairs.Vectors.Column(j) - pairs.Values[j] * pairs.Vectors.Column(j)).L2Norm();
            Check.Small(Math.Abs(found - pairs.ResidualNorms[j]), rounding, $"reported residual {j} against the true one");
            Check.Small(found, residual * norm + rounding, $"residual {j}");
            if (j > 0) Check.Small(pairs.Values[j] - pairs.Values[j - 1], 0, $"order of values {j - 1} and {j}");
        }
        double loss = (pairs.Vectors.Transpose() * pairs.Vectors - Matrix<double>.Build.DenseIdentity(k)).Enumerate().Max(Math.Abs);
        Check.Small(loss, 1e-12, "loss of orthogonality");
        Check.Small(Math.Abs(loss - pairs.OrthogonalityLoss), 1e-14, "reported loss of orthogonality against the true one");
    }
}

/// <summary>A matrix as an operator that counts the vectors it is applied to.</summary>
internal sealed class Counting(DenseMatrix a, Action<int>? onApply = null) : LinearOperator(a.RowCount, a.ColumnCount, true)
{
    public int Vectors { get; private set; }

    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        Vectors += x.Columns;
        onApply?.Invoke(Vectors);
        Backends.Managed.Gemm(Op.None, Op.None, 1, a, x, 0, y);
    }
}
