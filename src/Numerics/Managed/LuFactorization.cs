using System.Runtime.CompilerServices;

namespace KernelFlow.Numerics.Managed;

/// <summary>P·A = L·U with partial pivoting: panels of 64 columns factored by halving, the rest by triangular solves and products.</summary>
/// <remarks>
/// The recursive panel follows S. Toledo, "Locality of reference in LU decomposition with partial pivoting", SIAM J. Matrix Anal. Appl. 18(4), 1997.
/// </remarks>
internal static class LuFactorization
{
    private const int PanelColumns = 64, BaseColumns = 8;

    /// <summary>See <see cref="Backend.Lu"/>.</summary>
    public static int Factor(PackedGemm gemm, in MatrixView a, Span<int> pivots)
    {
        int n = a.Rows, zeroPivot = 0;
        for (int j = 0; j < n; j += PanelColumns)
        {
            int width = Math.Min(PanelColumns, n - j), right = j + width, below = n - right;
            int zero = Panel(gemm, a.Slice(j, j, n - j, width), pivots.Slice(j, width));
            if (zero > 0 && zeroPivot == 0) zeroPivot = j + zero;
            SwapRows(a.Slice(j, 0, n - j, j), pivots.Slice(j, width), forward: true);
            if (below > 0)
            {
                MatrixView upper = a.Slice(j, right, width, below);
                SwapRows(a.Slice(j, right, n - j, below), pivots.Slice(j, width), forward: true);
                TriangularSolve.Left(gemm, true, Op.None, true, a.Slice(j, j, width, width), upper);
                gemm.Run(Op.None, Op.None, -1, a.Slice(right, j, below, width), upper, 1, a.Slice(right, right, below, below));
            }
            for (int i = j; i < right; i++) pivots[i] += j;
        }
        return zeroPivot;
    }

    /// <summary>See <see cref="Backend.LuSolve"/>.</summary>
    public static void Solve(PackedGemm gemm, Op op, in MatrixView lu, ReadOnlySpan<int> pivots, in MatrixView x)
    {
        if (op == Op.None)
        {
            SwapRows(x, pivots, forward: true);
            TriangularSolve.Left(gemm, true, Op.None, true, lu, x);
            TriangularSolve.Left(gemm, false, Op.None, false, lu, x);
        }
        else
        {
            TriangularSolve.Left(gemm, false, Op.Transpose, false, lu, x);
            TriangularSolve.Left(gemm, true, Op.Transpose, true, lu, x);
            SwapRows(x, pivots, forward: false);
        }
    }

    // A tall panel; pivots are relative to its first row.
    private static int Panel(PackedGemm gemm, in MatrixView a, Span<int> pivots)
    {
        int columns = a.Columns;
        if (columns <= BaseColumns) return Unblocked(a, pivots);
        int h = columns / 2, rest = columns - h;
        int zero = Panel(gemm, a.ColumnRange(0, h), pivots[..h]);
        MatrixView right = a.ColumnRange(h, rest), below = a.Slice(h, h, a.Rows - h, rest);
        SwapRows(right, pivots[..h], forward: true);
        TriangularSolve.Left(gemm, true, Op.None, true, a.Slice(0, 0, h, h), right.Slice(0, 0, h, rest));
        gemm.Run(Op.None, Op.None, -1, a.Slice(h, 0, a.Rows - h, h), right.Slice(0, 0, h, rest), 1, below);
        int zeroBelow = Panel(gemm, below, pivots[h..]);
        SwapRows(a.Slice(h, 0, a.Rows - h, h), pivots[h..], forward: true);
        for (int i = h; i < columns; i++) pivots[i] += h;
        return zero > 0 ? zero : zeroBelow > 0 ? h + zeroBelow : 0;
    }

    private static int Unblocked(in MatrixView a, Span<int> pivots)
    {
        int zeroPivot = 0;
        for (int j = 0; j < a.Columns; j++)
        {
            var column = a.Column(j);
            int pivot = j + VectorRoutines.IndexOfLargest(column[j..]);
            pivots[j] = pivot;
            if (column[pivot] == 0)
            {
                if (zeroPivot == 0) zeroPivot = j + 1;
                continue;
            }
            if (pivot != j)
            {
                for (int k = 0; k < a.Columns; k++) (a[j, k], a[pivot, k]) = (a[pivot, k], a[j, k]);
            }
            var below = column[(j + 1)..];
            VectorRoutines.Divide(below, column[j]);
            for (int k = j + 1; k < a.Columns; k++) VectorRoutines.Axpy(-a[j, k], below, a.Column(k)[(j + 1)..]);
        }
        return zeroPivot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void SwapRows(in MatrixView a, ReadOnlySpan<int> pivots, bool forward)
    {
        if (a.Columns == 0 || pivots.Length == 0) return;
        fixed (double* start = &a.Array[a.Offset])
        fixed (int* pivot = pivots)
        {
            int count = pivots.Length;
            for (int j = 0; j < a.Columns; j++)
            {
                double* column = start + j * (nint)a.LeadingDimension;
                for (int step = 0; step < count; step++)
                {
                    int i = forward ? step : count - 1 - step, other = pivot[i];
                    (column[i], column[other]) = (column[other], column[i]);
                }
            }
        }
    }
}
