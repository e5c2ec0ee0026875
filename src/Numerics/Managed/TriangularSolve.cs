using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelFlow.Numerics.Managed;

/// <summary>X ← op(T)⁻¹·X and X ← X·L⁻ᵀ for triangular T, by halving T: substitution in blocks of 16, everything else is a product.</summary>
/// <remarks>
/// Diagonal blocks are substituted, not inverted: the residual stays of order ε·‖T‖·‖X‖ however ill-conditioned T is
/// (N. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 8.1).
/// </remarks>
internal static unsafe class TriangularSolve
{
    private const int Base = 16, Chunk = 32;

    /// <summary>X ← op(T)⁻¹·X; only the named triangle of T is read, and with <paramref name="unit"/> not its diagonal.</summary>
    public static void Left(PackedGemm gemm, bool lower, Op op, bool unit, in MatrixView t, in MatrixView x)
    {
        int n = t.Rows;
        if (n == 0 || x.Columns == 0) return;
        if (n <= Base)
        {
            LeftBase(lower, op, unit, t, x);
            return;
        }
        int h = Half(n);
        MatrixView t11 = t.Slice(0, 0, h, h), t22 = t.Slice(h, h, n - h, n - h), stored = lower ? t.Slice(h, 0, n - h, h) : t.Slice(0, h, h, n - h);
        MatrixView x1 = x.Slice(0, 0, h, x.Columns), x2 = x.Slice(h, 0, n - h, x.Columns);
        if (lower == (op == Op.None))
        {
            Left(gemm, lower, op, unit, t11, x1);
            gemm.Run(op, Op.None, -1, stored, x1, 1, x2);
            Left(gemm, lower, op, unit, t22, x2);
        }
        else
        {
            Left(gemm, lower, op, unit, t22, x2);
            gemm.Run(op, Op.None, -1, stored, x2, 1, x1);
            Left(gemm, lower, op, unit, t11, x1);
        }
    }

    /// <summary>X ← X·L⁻ᵀ for lower triangular L.</summary>
    public static void RightLowerTransposed(PackedGemm gemm, in MatrixView l, in MatrixView x)
    {
        int n = l.Rows;
        if (n == 0 || x.Rows == 0) return;
        if (n <= Base)
        {
            double* coefficients = stackalloc double[Base * Base];
            Gather(true, Op.None, false, l, coefficients);
            fixed (double* start = &x.Array[x.Offset]) Substitute(coefficients, n, true, start, x.LeadingDimension, x.Rows);
            return;
        }
        int h = Half(n);
        MatrixView x1 = x.ColumnRange(0, h), x2 = x.ColumnRange(h, n - h);
        RightLowerTransposed(gemm, l.Slice(0, 0, h, h), x1);
        gemm.Run(Op.None, Op.Transpose, -1, x1, l.Slice(h, 0, n - h, h), 1, x2);
        RightLowerTransposed(gemm, l.Slice(h, h, n - h, n - h), x2);
    }

    private static int Half(int n) => (n / 2 + Base - 1) / Base * Base;

    [SkipLocalsInit]
    private static void LeftBase(bool lower, Op op, bool unit, in MatrixView t, in MatrixView x)
    {
        int n = t.Rows;
        double* coefficients = stackalloc double[Base * Base], rows = stackalloc double[Base * Chunk];
        Gather(lower, op, unit, t, coefficients);
        fixed (double* start = &x.Array[x.Offset])
        {
            // The right-hand sides become the lanes of vectors: a chunk is turned to rows, substituted and turned back.
            for (int j = 0; j < x.Columns; j += Chunk)
            {
                int lanes = Math.Min(Chunk, x.Columns - j);
                double* chunk = start + j * (nint)x.LeadingDimension;
                BlockTranspose.Run(chunk, x.LeadingDimension, rows, Chunk, lanes, n);
                Substitute(coefficients, n, lower == (op == Op.None), rows, Chunk, lanes);
                BlockTranspose.Run(rows, Chunk, chunk, x.LeadingDimension, n, lanes);
            }
        }
    }

    /// <summary>op(T) row by row; a unit diagonal is written out, so that substitution need not know of it (dividing by 1 is exact).</summary>
    private static void Gather(bool lower, Op op, bool unit, in MatrixView t, double* coefficients)
    {
        for (int j = 0; j < t.Columns; j++)
        {
            for (int i = lower ? j : 0; i < (lower ? t.Rows : j + 1); i++)
            {
                double value = unit && i == j ? 1 : t[i, j];
                coefficients[op == Op.None ? i * Base + j : j * Base + i] = value;
            }
        }
    }

    /// <summary>Forward or backward substitution; unknown i of right-hand side r is rows[i·stride + r].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Substitute(double* coefficients, int n, bool forward, double* rows, nint stride, int lanes)
    {
        for (int step = 0; step < n; step++)
        {
            int i = forward ? step : n - 1 - step, from = forward ? 0 : i + 1, to = forward ? i : n;
            double* t = coefficients + i * Base, row = rows + i * stride;
            var diagonal = Vector256.Create(t[i]);
            int r = 0;
            for (; r + 16 <= lanes; r += 16)
            {
                double* target = row + r;
                Vector256<double> s0 = Vector256.Load(target), s1 = Vector256.Load(target + 4);
                Vector256<double> s2 = Vector256.Load(target + 8), s3 = Vector256.Load(target + 12);
                for (int k = from; k < to; k++)
                {
                    double* known = rows + k * stride + r;
                    var minus = Vector256.Create(-t[k]);
                    s0 = Vector256.MultiplyAddEstimate(minus, Vector256.Load(known), s0);
                    s1 = Vector256.MultiplyAddEstimate(minus, Vector256.Load(known + 4), s1);
                    s2 = Vector256.MultiplyAddEstimate(minus, Vector256.Load(known + 8), s2);
                    s3 = Vector256.MultiplyAddEstimate(minus, Vector256.Load(known + 12), s3);
                }
                (s0 / diagonal).Store(target);
                (s1 / diagonal).Store(target + 4);
                (s2 / diagonal).Store(target + 8);
                (s3 / diagonal).Store(target + 12);
            }
            for (; r < lanes; r++)
            {
                double sum = row[r];
                for (int k = from; k < to; k++) sum -= t[k] * rows[k * stride + r];
                row[r] = sum / t[i];
            }
        }
    }
}
