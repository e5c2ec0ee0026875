using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelFlow.Numerics.Managed;

/// <summary>Level-1 operations on contiguous columns for the unblocked bases of the factorizations.</summary>
internal static class VectorKernels
{
    /// <summary>y ← y + α·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Axpy(double alpha, ReadOnlySpan<double> x, Span<double> y)
    {
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        var factor = new Vector<double>(alpha);
        for (int i = 0; i < vy.Length; i++) vy[i] = Vector.MultiplyAddEstimate(factor, vx[i], vy[i]);
        for (int i = vy.Length * Vector<double>.Count; i < y.Length; i++) y[i] += alpha * x[i];
    }

    /// <summary>Σ x_i y_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
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

    /// <summary>x ← x / divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divide(Span<double> x, double divisor)
    {
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var factor = new Vector<double>(divisor);
        for (int i = 0; i < vx.Length; i++) vx[i] /= factor;
        for (int i = vx.Length * Vector<double>.Count; i < x.Length; i++) x[i] /= divisor;
    }

    /// <summary>max |x_i|, 0 for nothing; NaN loses against every number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double LargestMagnitude(ReadOnlySpan<double> x)
    {
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
}
