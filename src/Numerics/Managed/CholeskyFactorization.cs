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
        int h = (n / 2 + Base - 1) / Base * Base;
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

    /// <summary>See <see cref="Backend.CholeskyInverse"/>: A⁻¹ = L⁻ᵀ·L⁻¹.</summary>
    public static void Inverse(PackedGemm gemm, in MatrixView l)
    {
        int n = l.Rows;
        double[] storage = ArrayPool<double>.Shared.Rent(n * n);
        var inverse = new MatrixView(storage, n, n);
        inverse.Fill(0);
        for (int i = 0; i < n; i++) inverse[i, i] = 1;
        TriangularSolve.Left(gemm, true, Op.None, false, l, inverse);
        gemm.Run(Op.Transpose, Op.None, 1, inverse, inverse, 0, l, lower: true);
        BlockTranspose.MirrorLower(l);
        ArrayPool<double>.Shared.Return(storage);
    }

    private static int Unblocked(in MatrixView a)
    {
        for (int j = 0; j < a.Rows; j++)
        {
            double pivot = a[j, j];
            if (!(pivot > 0) || double.IsInfinity(pivot)) return j + 1;
            a[j, j] = Math.Sqrt(pivot);
            var below = a.Column(j)[(j + 1)..];
            VectorKernels.Divide(below, a[j, j]);
            for (int k = j + 1; k < a.Rows; k++) VectorKernels.Axpy(-a[k, j], a.Column(j)[k..], a.Column(k)[k..]);
        }
        return 0;
    }
}
