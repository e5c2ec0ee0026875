using System.Numerics;
using System.Runtime.InteropServices;

namespace KernelFlow.Networks.Layers;

/// <summary>The elementwise loops of the backward passes, vectorised.</summary>
internal static class VectorMath
{
    /// <summary>y ← y + x.</summary>
    public static void Add(ReadOnlySpan<double> x, Span<double> y)
    {
        var xs = MemoryMarshal.Cast<double, Vector<double>>(x);
        var ys = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (int i = 0; i < xs.Length; i++) ys[i] += xs[i];
        for (int i = xs.Length * Vector<double>.Count; i < x.Length; i++) y[i] += x[i];
    }

    /// <summary>y ← α·x.</summary>
    public static void Scale(double alpha, ReadOnlySpan<double> x, Span<double> y)
    {
        var xs = MemoryMarshal.Cast<double, Vector<double>>(x);
        var ys = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (int i = 0; i < xs.Length; i++) ys[i] = alpha * xs[i];
        for (int i = xs.Length * Vector<double>.Count; i < x.Length; i++) y[i] = alpha * x[i];
    }

    /// <summary>y ← y + α·x.</summary>
    public static void AddScaled(double alpha, ReadOnlySpan<double> x, Span<double> y)
    {
        var xs = MemoryMarshal.Cast<double, Vector<double>>(x);
        var ys = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (int i = 0; i < xs.Length; i++) ys[i] += alpha * xs[i];
        for (int i = xs.Length * Vector<double>.Count; i < x.Length; i++) y[i] += alpha * x[i];
    }

    /// <summary>z ← x ∘ y.</summary>
    public static void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        var xs = MemoryMarshal.Cast<double, Vector<double>>(x);
        var ys = MemoryMarshal.Cast<double, Vector<double>>(y);
        var zs = MemoryMarshal.Cast<double, Vector<double>>(z);
        for (int i = 0; i < zs.Length; i++) zs[i] = xs[i] * ys[i];
        for (int i = zs.Length * Vector<double>.Count; i < z.Length; i++) z[i] = x[i] * y[i];
    }
}
