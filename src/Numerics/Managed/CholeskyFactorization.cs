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
        InvertLower(gemm, l, x);
        Gram(gemm, x, l);
        BlockTranspose.MirrorLower(l, gemm.Spare);
        ArrayPool<double>.Shared.Return(storage);
    }

    // L·X = 1 by rows of blocks, each taken off the rows below as soon as it is known; what is 0 is never multiplied: n³/3.
    private static void InvertLower(PackedGemm gemm, in MatrixView l, in MatrixView x)
    {
        int n = l.Rows, strip = Strip(n);
        x.Fill(0);
        for (int i = 0; i < n; i++) x[i, i] = 1;
        for (int first = 0; first < n; first += strip)
        {
            int count = Math.Min(strip, n - first), end = first + count;
            var rows = x.Slice(first, 0, count, end);
            TriangularSolve.Left(gemm, true, Op.None, false, l.Slice(first, first, count, count), rows);
            if (end < n) gemm.Run(Op.None, Op.None, -1, l.Slice(end, first, n - end, count), rows, 1, x.Slice(end, 0, n - end, end));
        }
    }

    // The lower triangle of C ← XᵀX for lower triangular X, a strip of rows at a time, from the rows of X in which both columns may be other than 0: n³/3.
    // Above the diagonal a strip may hold anything.
    private static void Gram(PackedGemm gemm, in MatrixView x, in MatrixView c)
    {
        int n = x.Rows, strip = Strip(n);
        for (int first = 0; first < n; first += strip)
        {
            int count = Math.Min(strip, n - first), end = first + count;
            gemm.Run(Op.Transpose, Op.None, 1, x.Slice(first, first, n - first, count), x.Slice(first, 0, n - first, end), 0, c.Slice(first, 0, count, end));
        }
    }

    // Rows of a strip: wide ones multiply what is 0 beside the diagonal and substitute more, narrow ones are products too small for several threads.
    private static int Strip(int n) => Math.Clamp(n / 16 / Base * Base, 2 * Base, 8 * Base);

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
