using System.Buffers;

namespace KernelFlow.Numerics.Managed;

/// <summary>A = L·Lᵀ by halving, in the lower triangle alone.</summary>
internal static class CholeskyFactorization
{
    private const int Base = 16;

    /// <summary>See <see cref="Backend.Cholesky"/>.</summary>
    public static int Factor(PackedGemm gemm, in MatrixView a)
    {
        int n = a.Rows;
        if (n <= Base) return Unblocked(a);
        int h = Half(n);
        MatrixView a11 = a.Slice(0, 0, h, h), a21 = a.Slice(h, 0, n - h, h), a22 = a.Slice(h, h, n - h, n - h);
        int bad = Factor(gemm, a11);
        if (bad > 0) return bad;
        TriangularSolve.RightLowerTransposed(gemm, a11, a21);
        gemm.Run(Op.None, Op.Transpose, -1, a21, a21, 1, a22, lower: true);
        bad = Factor(gemm, a22);
        return bad > 0 ? h + bad : 0;
    }

    /// <summary>See <see cref="Backend.CholeskySolve"/>.</summary>
    public static void Solve(PackedGemm gemm, in MatrixView l, in MatrixView x)
    {
        TriangularSolve.Left(gemm, true, Op.None, false, l, x);
        TriangularSolve.Left(gemm, true, Op.Transpose, false, l, x);
    }

    /// <summary>See <see cref="Backend.CholeskyInverse"/>: A⁻¹ = XᵀX with X = L⁻¹.</summary>
    public static void Inverse(PackedGemm gemm, in MatrixView l)
    {
        int n = l.Rows;
        double[] storage = ArrayPool<double>.Shared.Rent(n * n);
        var x = new MatrixView(storage, n, n);
        x.Fill(0);
        InvertLower(gemm, l, x);
        Gram(gemm, x, l);
        BlockTranspose.MirrorLower(l, gemm.Spare);
        ArrayPool<double>.Shared.Return(storage);
    }

    // X ← L⁻¹ for X zero on entry: X11 = L11⁻¹, X22 = L22⁻¹, X21 = −L22⁻¹·(L21·X11).
    private static void InvertLower(PackedGemm gemm, in MatrixView l, in MatrixView x)
    {
        int n = l.Rows;
        if (n <= Base)
        {
            for (int i = 0; i < n; i++) x[i, i] = 1;
            TriangularSolve.Left(gemm, true, Op.None, false, l, x);
            return;
        }
        int h = Half(n);
        MatrixView x11 = x.Slice(0, 0, h, h), x21 = x.Slice(h, 0, n - h, h), l22 = l.Slice(h, h, n - h, n - h);
        InvertLower(gemm, l.Slice(0, 0, h, h), x11);
        gemm.Run(Op.None, Op.None, -1, l.Slice(h, 0, n - h, h), x11, 0, x21);
        TriangularSolve.Left(gemm, true, Op.None, false, l22, x21);
        InvertLower(gemm, l22, x.Slice(h, h, n - h, n - h));
    }

    // The lower triangle of C ← XᵀX for lower triangular X: C11 = X11ᵀX11 + X21ᵀX21, C21 = X22ᵀX21, C22 = X22ᵀX22.
    private static void Gram(PackedGemm gemm, in MatrixView x, in MatrixView c)
    {
        int n = x.Rows;
        if (n <= 4 * Base)
        {
            gemm.Run(Op.Transpose, Op.None, 1, x, x, 0, c, lower: true);
            return;
        }
        int h = Half(n);
        MatrixView x21 = x.Slice(h, 0, n - h, h), x22 = x.Slice(h, h, n - h, n - h), c11 = c.Slice(0, 0, h, h);
        Gram(gemm, x.Slice(0, 0, h, h), c11);
        gemm.Run(Op.Transpose, Op.None, 1, x21, x21, 1, c11, lower: true);
        gemm.Run(Op.Transpose, Op.None, 1, x22, x21, 0, c.Slice(h, 0, n - h, h));
        Gram(gemm, x22, c.Slice(h, h, n - h, n - h));
    }

    private static int Half(int n) => (n / 2 + Base - 1) / Base * Base;

    private static int Unblocked(in MatrixView a)
    {
        for (int j = 0; j < a.Rows; j++)
        {
            double pivot = a[j, j];
            if (!(pivot > 0) || double.IsInfinity(pivot)) return j + 1;
            a[j, j] = Math.Sqrt(pivot);
            var below = a.Column(j)[(j + 1)..];
            VectorRoutines.Divide(below, a[j, j]);
            for (int k = j + 1; k < a.Rows; k++) VectorRoutines.Axpy(-a[k, j], a.Column(j)[k..], a.Column(k)[k..]);
        }
        return 0;
    }
}
