using System.Numerics;
using System.Runtime.InteropServices;

namespace KernelFlow.Numerics.Managed;

/// <summary>Level-1 operations on contiguous columns for the unblocked bases of the factorizations.</summary>
internal static class VectorKernels
{
    /// <summary>y ← y + α·x.</summary>
    public static void Axpy(double alpha, ReadOnlySpan<double> x, Span<double> y)
    {
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        var factor = new Vector<double>(alpha);
        for (int i = 0; i < vy.Length; i++) vy[i] = Vector.MultiplyAddEstimate(factor, vx[i], vy[i]);
        for (int i = vy.Length * Vector<double>.Count; i < y.Length; i++) y[i] += alpha * x[i];
    }

    /// <summary>x ← x / divisor.</summary>
    public static void Divide(Span<double> x, double divisor)
    {
        for (int i = 0; i < x.Length; i++) x[i] /= divisor;
    }

    /// <summary>Index of the first element of largest magnitude; NaN loses against every number.</summary>
    public static int IndexOfLargest(ReadOnlySpan<double> x)
    {
        int index = 0;
        double largest = -1;
        for (int i = 0; i < x.Length; i++)
        {
            double magnitude = Math.Abs(x[i]);
            if (magnitude > largest) (largest, index) = (magnitude, i);
        }
        return index;
    }
}
