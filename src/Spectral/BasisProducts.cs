using System.Numerics;
using System.Runtime.CompilerServices;
using KernelFlow.Numerics;

namespace KernelFlow.Spectral;

/// <summary>QᵀZ and Z − QH for a tall basis Q. A single column goes past four basis columns at a time, in row panels that stay in the first-level
/// cache, so that Q is read from memory once per product; blocks are matrix products.</summary>
internal static unsafe class BasisProducts
{
    private const int Panel = 1024;

    /// <summary>The coefficients of Z in the basis: H ← QᵀZ.</summary>
    public static void Project(Backend backend, in MatrixView q, in MatrixView z, in MatrixView h)
    {
        if (q.Columns == 0) return;
        if (z.Columns == 1) Coefficients(q, z.Column(0), h.Column(0));
        else backend.Gemm(Op.Transpose, Op.None, 1, q, z, 0, h);
    }

    /// <summary>Takes a combination of the basis away: Z ← Z − QH.</summary>
    public static void Subtract(Backend backend, in MatrixView q, in MatrixView h, in MatrixView z)
    {
        if (q.Columns == 0) return;
        if (z.Columns == 1) Remove(q, h.Column(0), z.Column(0));
        else backend.Gemm(Op.None, Op.None, -1, q, h, 1, z);
    }

    /// <summary>Q ← Q·S in place, Q's first columns: panel by panel, so no second basis is needed.</summary>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="q">N×m; columns 0 to p − 1 receive the product, the others keep what they hold.</param>
    /// <param name="s">m×p with p ≤ m.</param>
    public static void Rotate(Backend backend, in MatrixView q, in MatrixView s)
    {
        int rows = Math.Min(q.Rows, Panel);
        if (s.Columns == 0 || rows == 0) return;
        var buffer = new double[ArraySize.Of(rows, s.Columns)];
        for (int row = 0; row < q.Rows; row += rows)
        {
            int height = Math.Min(rows, q.Rows - row);
            var product = new MatrixView(buffer, 0, height, s.Columns, height);
            backend.Gemm(Op.None, Op.None, 1, q.Slice(row, 0, height, q.Columns), s, 0, product);
            product.CopyTo(q.Slice(row, 0, height, s.Columns));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Coefficients(in MatrixView q, ReadOnlySpan<double> z, Span<double> h)
    {
        int n = q.Rows, m = q.Columns, w = Vector<double>.Count;
        nint ld = q.LeadingDimension;
        h[..m].Clear();
        fixed (double* storage = q.Array, x = z, result = h)
        {
            for (int start = 0; start < n; start += Panel)
            {
                int end = Math.Min(n, start + Panel);
                double* basis = storage + q.Offset;
                int j = 0;
                for (; j + 4 <= m; j += 4)
                {
                    double* a = basis + j * ld, b = a + ld, c = b + ld, d = c + ld;
                    Vector<double> va = default, vb = default, vc = default, vd = default, wa = default, wb = default, wc = default, wd = default;
                    int i = start;
                    for (; i + 2 * w <= end; i += 2 * w)
                    {
                        Vector<double> v = Vector.Load(x + i), u = Vector.Load(x + i + w);
                        va = Vector.MultiplyAddEstimate(Vector.Load(a + i), v, va);
                        vb = Vector.MultiplyAddEstimate(Vector.Load(b + i), v, vb);
                        vc = Vector.MultiplyAddEstimate(Vector.Load(c + i), v, vc);
                        vd = Vector.MultiplyAddEstimate(Vector.Load(d + i), v, vd);
                        wa = Vector.MultiplyAddEstimate(Vector.Load(a + i + w), u, wa);
                        wb = Vector.MultiplyAddEstimate(Vector.Load(b + i + w), u, wb);
                        wc = Vector.MultiplyAddEstimate(Vector.Load(c + i + w), u, wc);
                        wd = Vector.MultiplyAddEstimate(Vector.Load(d + i + w), u, wd);
                    }
                    double sa = Vector.Sum(va + wa), sb = Vector.Sum(vb + wb), sc = Vector.Sum(vc + wc), sd = Vector.Sum(vd + wd);
                    for (; i < end; i++)
                    {
                        sa += a[i] * x[i];
                        sb += b[i] * x[i];
                        sc += c[i] * x[i];
                        sd += d[i] * x[i];
                    }
                    result[j] += sa;
                    result[j + 1] += sb;
                    result[j + 2] += sc;
                    result[j + 3] += sd;
                }
                for (; j < m; j++) result[j] += VectorRoutines.Dot(new ReadOnlySpan<double>(basis + j * ld + start, end - start), z[start..end]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Remove(in MatrixView q, ReadOnlySpan<double> h, Span<double> z)
    {
        int n = q.Rows, m = q.Columns, w = Vector<double>.Count;
        nint ld = q.LeadingDimension;
        fixed (double* storage = q.Array, x = z)
        {
            for (int start = 0; start < n; start += Panel)
            {
                int end = Math.Min(n, start + Panel);
                double* basis = storage + q.Offset;
                int j = 0;
                for (; j + 4 <= m; j += 4)
                {
                    double* a = basis + j * ld, b = a + ld, c = b + ld, d = c + ld;
                    double ha = -h[j], hb = -h[j + 1], hc = -h[j + 2], hd = -h[j + 3];
                    Vector<double> va = new(ha), vb = new(hb), vc = new(hc), vd = new(hd);
                    int i = start;
                    for (; i + w <= end; i += w)
                    {
                        var v = Vector.MultiplyAddEstimate(Vector.Load(a + i), va, Vector.Load(x + i));
                        var u = Vector.Load(c + i) * vc;
                        v = Vector.MultiplyAddEstimate(Vector.Load(b + i), vb, v);
                        u = Vector.MultiplyAddEstimate(Vector.Load(d + i), vd, u);
                        Vector.Store(v + u, x + i);
                    }
                    for (; i < end; i++) x[i] += a[i] * ha + b[i] * hb + (c[i] * hc + d[i] * hd);
                }
                for (; j < m; j++) VectorRoutines.Axpy(-h[j], new ReadOnlySpan<double>(basis + j * ld + start, end - start), z[start..end]);
            }
        }
    }
}
