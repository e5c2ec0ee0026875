using System.Buffers;

namespace KernelFlow.Numerics.Managed;

/// <summary>Thin QR by Householder reflections, gathered in panels of 32 as I − V·T·Vᵀ so that the bulk of the work is products.</summary>
/// <remarks>
/// R. Schreiber, C. Van Loan, "A storage-efficient WY representation for products of Householder transformations", SIAM J. Sci. Stat. Comput. 10(1), 1989.
/// </remarks>
internal static class HouseholderQr
{
    private const int PanelColumns = 32;

    /// <summary>See <see cref="Backend.Qr"/>.</summary>
    public static void Run(PackedGemm gemm, in MatrixView a, in MatrixView r)
    {
        int m = a.Rows, n = a.Columns, nb = Math.Min(PanelColumns, n);
        double[] storage = ArrayPool<double>.Shared.Rent(3 * nb * n + m * nb);
        var t = new MatrixView(storage, nb, n);
        MatrixView w = new(storage, nb * n, nb, n, nb), tw = new(storage, 2 * nb * n, nb, n, nb), v = new(storage, 3 * nb * n, m, nb, m);

        for (int j = 0; j < n; j += nb)
        {
            int width = Math.Min(nb, n - j), right = n - j - width;
            MatrixView panel = a.Slice(j, j, m - j, width), block = t.Slice(0, j, width, width);
            Panel(panel, block);
            TakeR(a, r, j, width);
            Apply(gemm, Op.Transpose, panel, block, a.Slice(j, j + width, m - j, right), w, tw);
        }
        for (int j = (n - 1) / nb * nb; j >= 0; j -= nb)
        {
            int width = Math.Min(nb, n - j);
            MatrixView panel = a.Slice(j, j, m - j, width), reflectors = v.Slice(0, 0, m - j, width);
            panel.CopyTo(reflectors);
            panel.Fill(0);
            for (int i = 0; i < width; i++) panel[i, i] = 1;
            a.Slice(j, j + width, width, n - j - width).Fill(0);
            a.Slice(0, j, j, width).Fill(0);
            Apply(gemm, Op.None, reflectors, t.Slice(0, j, width, width), a.Slice(j, j, m - j, n - j), w, tw);
        }
        ArrayPool<double>.Shared.Return(storage);
        for (int j = 0; j < n; j++) r.Column(j)[(j + 1)..].Clear();
    }

    // Reflectors of a panel below its diagonal, R on and above it, and T of their product.
    private static void Panel(in MatrixView a, in MatrixView t)
    {
        t.Fill(0);
        for (int k = 0; k < a.Columns; k++)
        {
            var v = a.Column(k)[(k + 1)..];
            double tau = Reflect(ref a[k, k], v);
            for (int j = k + 1; j < a.Columns && tau != 0; j++)
            {
                var column = a.Column(j)[(k + 1)..];
                double share = tau * (a[k, j] + VectorRoutines.Dot(v, column));
                a[k, j] -= share;
                VectorRoutines.Axpy(-share, v, column);
            }

            // T(0:k,k) = −τ·T(0:k,0:k)·V(:,0:k)ᵀ·v
            for (int i = 0; i < k; i++) t[i, k] = -tau * (a[k, i] + VectorRoutines.Dot(a.Column(i)[(k + 1)..], v));
            for (int i = 0; i < k; i++)
            {
                double sum = 0;
                for (int l = i; l < k; l++) sum += t[i, l] * t[l, k];
                t[i, k] = sum;
            }
            t[k, k] = tau;
        }
    }

    // (α, x) ← (β, v) with (I − τ·(1,v)(1,v)ᵀ)·(α, x) = (β, 0); τ is returned.
    private static double Reflect(ref double alpha, Span<double> x)
    {
        double largest = VectorRoutines.LargestMagnitude(x);
        if (largest == 0) return 0;
        double norm = Norm(x, largest), beta = -Math.CopySign(Hypotenuse(alpha, norm), alpha);
        double tau = (beta - alpha) / beta;
        VectorRoutines.Divide(x, alpha - beta);
        alpha = beta;
        return tau;
    }

    private static double Norm(Span<double> x, double largest)
    {
        if (largest is > 1e-140 and < 1e140) return Math.Sqrt(VectorRoutines.Dot(x, x));
        double sum = 0;
        foreach (double value in x) sum += value / largest * (value / largest);
        return largest * Math.Sqrt(sum);
    }

    private static double Hypotenuse(double x, double y)
    {
        double large = Math.Max(Math.Abs(x), Math.Abs(y)), ratio = Math.Min(Math.Abs(x), Math.Abs(y)) / large;
        return large * Math.Sqrt(1 + ratio * ratio);
    }

    // R of the columns of a panel goes to its place; what is left are the reflectors with their ones and zeros written out.
    private static void TakeR(in MatrixView a, in MatrixView r, int first, int width)
    {
        for (int j = first; j < first + width; j++)
        {
            for (int i = 0; i <= j; i++) r[i, j] = a[i, j];
            for (int i = first; i < j; i++) a[i, j] = 0;
            a[j, j] = 1;
        }
    }

    // C ← C − V·op(T)·Vᵀ·C
    private static void Apply(PackedGemm gemm, Op op, in MatrixView v, in MatrixView t, in MatrixView c, in MatrixView w, in MatrixView tw)
    {
        if (c.Columns == 0) return;
        MatrixView first = w.Slice(0, 0, v.Columns, c.Columns), second = tw.Slice(0, 0, v.Columns, c.Columns);
        gemm.Run(Op.Transpose, Op.None, 1, v, c, 0, first);
        gemm.Run(op, Op.None, 1, t, first, 0, second);
        gemm.Run(Op.None, Op.None, -1, v, second, 1, c);
    }
}
