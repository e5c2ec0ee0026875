using System.Numerics;
using KernelFlow.Numerics.Managed;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics.Registration;

/// <summary>Symmetric eigenvalues and thin singular value decompositions by a provider of MathNet.Numerics.</summary>
/// <remarks>What MathNet's managed code decides, it decides by absolute comparisons, which are right for numbers of unit size only: everything is scaled
/// to that, which changes no digit.</remarks>
internal static class ProviderSpectra
{
    /// <summary>See <see cref="Backend.SymmetricEigen"/>.</summary>
    public static void SymmetricEigen(ILinearAlgebraProvider provider, in MatrixView a, Span<double> values, bool vectors)
    {
        int n = values.Length;
        double scale = UnitScale.Of(a);
        var (matrix, basis, eigenvalues) = (a.ToMatrix(), New(n, n), new Complex[n]);
        VectorRoutines.Scale(scale, matrix.Values, matrix.Values);
        Converged(provider, "symmetric eigenvalues", a,
            () => provider.EigenDecomp(true, n, matrix.Values, basis.Array, eigenvalues, new double[ArraySize.Of(n, n)]));
        for (int i = 0; i < n; i++) values[i] = eigenvalues[i].Real / scale;
        if (vectors) basis.CopyTo(a);
    }

    /// <summary>See <see cref="Backend.Svd"/>. MathNet makes full factors of rectangular matrices (m×m for a tall one), so only the triangular factor of a
    /// QR goes there.</summary>
    public static void Svd(ILinearAlgebraProvider provider, Backend products, in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt)
    {
        int k = sigma.Length;
        if (a.Rows == a.Columns)
        {
            Square(provider, a, sigma, u, vt);
            return;
        }
        bool tall = a.Rows > a.Columns;
        MatrixView q = tall ? a : Transposed(a), r = New(k, k), left = New(k, k), right = tall ? vt : New(k, k);
        products.Qr(q, r);
        Square(provider, r, sigma, left, right);
        if (tall)
        {
            products.Gemm(Op.None, Op.None, 1, q, left, 0, u);
            return;
        }

        // Aᵀ = Q·(L·Σ·R), hence A = Rᵀ·Σ·(Q·L)ᵀ.
        products.Gemm(Op.Transpose, Op.Transpose, 1, left, q, 0, vt);
        Transposed(right).CopyTo(u);
    }

    private static void Square(ILinearAlgebraProvider provider, in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt)
    {
        int n = a.Rows;
        double scale = UnitScale.Of(a);
        var (matrix, s, left, right) = (a.ToMatrix(), new double[n], New(n, n), New(n, n));
        VectorRoutines.Scale(scale, matrix.Values, matrix.Values);
        Converged(provider, "singular values", a, () => provider.SingularValueDecomposition(true, matrix.Values, n, n, s, left.Array, right.Array));
        VectorRoutines.Scale(1 / scale, s, sigma);
        left.CopyTo(u);
        right.CopyTo(vt);
    }

    private static MatrixView New(int rows, int columns) => new(new double[ArraySize.Of(rows, columns)], rows, columns);

    private static MatrixView Transposed(in MatrixView a) => (DenseMatrix)a.ToMatrix().Transpose();

    private static void Converged(ILinearAlgebraProvider provider, string what, in MatrixView a, Action compute)
    {
        try
        {
            compute();
        }
        catch (NonConvergenceException failure)
        {
            string whose = provider is ManagedLinearAlgebraProvider ? "managed iteration" : $"iteration of {provider}";
            throw new NumericalException($"The {whose} for {what} of a {a.Rows}x{a.Columns} matrix did not converge.", failure);
        }
    }
}
