using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelFlow.Numerics;

/// <summary>Level-1 operations on contiguous vectors, compiled with full optimisation at the first call: an analysis of a small run ends
/// before a tiering JIT has warmed up.</summary>
/// <remarks>Vectors of one call have the same length; the result may be one of the operands. Element-wise results do not depend on
/// where in a vector an element stands.</remarks>
public static class VectorRoutines
{
    /// <summary>Adds a multiple of one vector to another: y ← y + α·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Axpy(double alpha, ReadOnlySpan<double> x, Span<double> y)
    {
        MemoryTraffic.Add(3 * x.Length);
        Same(x.Length, y.Length);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        var factor = new Vector<double>(alpha);
        for (int i = 0; i < vy.Length; i++) vy[i] = Vector.MultiplyAddEstimate(factor, vx[i], vy[i]);
        for (int i = vy.Length * Vector<double>.Count; i < y.Length; i++) y[i] = double.MultiplyAddEstimate(alpha, x[i], y[i]);
    }

    /// <summary>A matrix times a vector, added: y ← y + A·x, to the last bit what <see cref="Axpy"/> gives column by column.</summary>
    /// <param name="a">A.</param>
    /// <param name="x">x, one number for each column of A.</param>
    /// <param name="y">y, one number for each row of A.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddProduct(in MatrixView a, ReadOnlySpan<double> x, Span<double> y)
    {
        Same(a.Columns, x.Length);
        Same(a.Rows, y.Length);
        int j = 0;
        // Four columns at a time: y is read and written a quarter as often.
        for (; j + 4 <= x.Length; j += 4)
        {
            MemoryTraffic.Add(6L * y.Length);
            Span<double> c0 = a.Column(j), c1 = a.Column(j + 1), c2 = a.Column(j + 2), c3 = a.Column(j + 3);
            var v0 = MemoryMarshal.Cast<double, Vector<double>>(c0);
            var v1 = MemoryMarshal.Cast<double, Vector<double>>(c1)[..v0.Length];
            var v2 = MemoryMarshal.Cast<double, Vector<double>>(c2)[..v0.Length];
            var v3 = MemoryMarshal.Cast<double, Vector<double>>(c3)[..v0.Length];
            var vy = MemoryMarshal.Cast<double, Vector<double>>(y)[..v0.Length];
            double x0 = x[j], x1 = x[j + 1], x2 = x[j + 2], x3 = x[j + 3];
            Vector<double> f0 = new(x0), f1 = new(x1), f2 = new(x2), f3 = new(x3);
            for (int i = 0; i < vy.Length; i++)
            {
                var sum = Vector.MultiplyAddEstimate(f1, v1[i], Vector.MultiplyAddEstimate(f0, v0[i], vy[i]));
                vy[i] = Vector.MultiplyAddEstimate(f3, v3[i], Vector.MultiplyAddEstimate(f2, v2[i], sum));
            }
            for (int i = vy.Length * Vector<double>.Count; i < y.Length; i++)
            {
                double sum = double.MultiplyAddEstimate(x1, c1[i], double.MultiplyAddEstimate(x0, c0[i], y[i]));
                y[i] = double.MultiplyAddEstimate(x3, c3[i], double.MultiplyAddEstimate(x2, c2[i], sum));
            }
        }
        for (; j < x.Length; j++) Axpy(x[j], a.Column(j), y);
    }

    /// <summary>A multiple of a vector: z ← α·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(double alpha, ReadOnlySpan<double> x, Span<double> z)
    {
        MemoryTraffic.Add(2 * x.Length);
        Same(x.Length, z.Length);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vz = MemoryMarshal.Cast<double, Vector<double>>(z);
        var factor = new Vector<double>(alpha);
        for (int i = 0; i < vz.Length; i++) vz[i] = factor * vx[i];
        for (int i = vz.Length * Vector<double>.Count; i < z.Length; i++) z[i] = alpha * x[i];
    }

    /// <summary>A linear combination of two vectors: z ← α·x + β·y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Combine(double alpha, ReadOnlySpan<double> x, double beta, ReadOnlySpan<double> y, Span<double> z)
    {
        MemoryTraffic.Add(3 * x.Length);
        Same(x.Length, z.Length);
        Same(y.Length, z.Length);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        var vz = MemoryMarshal.Cast<double, Vector<double>>(z);
        Vector<double> a = new(alpha), b = new(beta);
        for (int i = 0; i < vz.Length; i++) vz[i] = Vector.MultiplyAddEstimate(a, vx[i], b * vy[i]);
        for (int i = vz.Length * Vector<double>.Count; i < z.Length; i++) z[i] = double.MultiplyAddEstimate(alpha, x[i], beta * y[i]);
    }

    /// <summary>The elementwise product: z_i ← x_i·y_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        MemoryTraffic.Add(3 * x.Length);
        Same(x.Length, z.Length);
        Same(y.Length, z.Length);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        var vz = MemoryMarshal.Cast<double, Vector<double>>(z);
        for (int i = 0; i < vz.Length; i++) vz[i] = vx[i] * vy[i];
        for (int i = vz.Length * Vector<double>.Count; i < z.Length; i++) z[i] = x[i] * y[i];
    }

    /// <summary>The sum of the elements: Σ x_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(ReadOnlySpan<double> x)
    {
        MemoryTraffic.Add(x.Length);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        Vector<double> total = default;
        for (int i = 0; i < vx.Length; i++) total += vx[i];
        double sum = Vector.Sum(total);
        for (int i = vx.Length * Vector<double>.Count; i < x.Length; i++) sum += x[i];
        return sum;
    }

    /// <summary>‖x‖₂, for vectors whose squares neither overflow nor underflow.</summary>
    public static double Norm(ReadOnlySpan<double> x) => Math.Sqrt(Dot(x, x));

    /// <summary>The distance ‖x − y‖₂ of two vectors.</summary>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Math.Sqrt(SquaredSum(1, x, -1, y));

    /// <summary>The square of the norm of a combination: Σ (α·x_i + β·y_i)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SquaredSum(double alpha, ReadOnlySpan<double> x, double beta, ReadOnlySpan<double> y)
    {
        MemoryTraffic.Add(2 * x.Length);
        Same(x.Length, y.Length);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        Vector<double> a = new(alpha), b = new(beta), total = default;
        for (int i = 0; i < vx.Length; i++)
        {
            var v = Vector.MultiplyAddEstimate(a, vx[i], b * vy[i]);
            total = Vector.MultiplyAddEstimate(v, v, total);
        }
        double sum = Vector.Sum(total);
        for (int i = vx.Length * Vector<double>.Count; i < x.Length; i++)
        {
            double v = alpha * x[i] + beta * y[i];
            sum += v * v;
        }
        return sum;
    }

    /// <summary>Whether every element is finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AllFinite(ReadOnlySpan<double> x)
    {
        MemoryTraffic.Add(x.Length);
        // 0·x is 0 for a finite x and NaN otherwise, and NaN survives the sum.
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        Vector<double> total = default;
        for (int i = 0; i < vx.Length; i++) total += vx[i] * Vector<double>.Zero;
        double sum = Vector.Sum(total);
        for (int i = vx.Length * Vector<double>.Count; i < x.Length; i++) sum += x[i] * 0;
        return sum == 0;
    }

    /// <summary>The inner product Σ x_i y_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        MemoryTraffic.Add(2 * x.Length);
        Same(x.Length, y.Length);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        Vector<double> even = default, odd = default;
        int i = 0;
        for (; i + 2 <= vx.Length; i += 2)
        {
            even = Vector.MultiplyAddEstimate(vx[i], vy[i], even);
            odd = Vector.MultiplyAddEstimate(vx[i + 1], vy[i + 1], odd);
        }
        double sum = Vector.Sum(even + odd);
        for (i *= Vector<double>.Count; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }

    /// <summary>The Pearson correlation of two vectors; null when one of them is constant or there are fewer than two elements.</summary>
    public static double? Correlation(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Same(x.Length, y.Length);
        if (x.Length < 2) return null;
        double meanX = Sum(x) / x.Length, meanY = Sum(y) / y.Length, xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : null;
    }

    /// <summary>Divides every element: x ← x / divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divide(Span<double> x, double divisor)
    {
        MemoryTraffic.Add(2 * x.Length);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var factor = new Vector<double>(divisor);
        for (int i = 0; i < vx.Length; i++) vx[i] /= factor;
        for (int i = vx.Length * Vector<double>.Count; i < x.Length; i++) x[i] /= divisor;
    }

    /// <summary>max |x_i|, 0 for nothing; NaN loses against every number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double LargestMagnitude(ReadOnlySpan<double> x)
    {
        MemoryTraffic.Add(x.Length);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        Vector<double> largest = default;
        for (int i = 0; i < vx.Length; i++)
        {
            var magnitude = Vector.Abs(vx[i]);
            largest = Vector.ConditionalSelect(Vector.GreaterThan(magnitude, largest), magnitude, largest);
        }
        double result = 0;
        for (int lane = 0; lane < Vector<double>.Count; lane++) result = Math.Max(result, largest[lane]);
        for (int i = vx.Length * Vector<double>.Count; i < x.Length; i++)
        {
            if (Math.Abs(x[i]) > result) result = Math.Abs(x[i]);
        }
        return result;
    }

    /// <summary>Index of the first element of largest magnitude; 0 when all are zero or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int IndexOfLargest(ReadOnlySpan<double> x)
    {
        double largest = LargestMagnitude(x);
        for (int i = 0; i < x.Length; i++)
        {
            if (Math.Abs(x[i]) == largest) return i;
        }
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Same(int a, int b)
    {
        if (a != b) throw new ArgumentException($"Vectors of lengths {a} and {b} do not fit together.");
    }
}
