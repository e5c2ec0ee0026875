using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelFlow.Numerics;

/// <summary>Vectors kept in single precision, widened where they are used: half the memory, and the numbers are the same.</summary>
public static class SingleRoutines
{
    /// <summary>z ← α·x.</summary>
    /// <param name="alpha">α.</param>
    /// <param name="x">x.</param>
    /// <param name="z">Receives the result, of the same length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(double alpha, ReadOnlySpan<float> x, Span<double> z)
    {
        Same(x.Length, z.Length);
        ref float source = ref MemoryMarshal.GetReference(x);
        ref double target = ref MemoryMarshal.GetReference(z);
        var factor = Vector512.Create(alpha);
        int i = 0;
        for (; i + 8 <= x.Length; i += 8)
        {
            (factor * Wide(ref source, i)).StoreUnsafe(ref target, (nuint)i);
        }
        for (; i < x.Length; i++) z[i] = alpha * x[i];
    }

    /// <summary>y ← y + α·x.</summary>
    /// <param name="alpha">α.</param>
    /// <param name="x">x.</param>
    /// <param name="y">y, of the same length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Axpy(double alpha, ReadOnlySpan<float> x, Span<double> y)
    {
        Same(x.Length, y.Length);
        ref float source = ref MemoryMarshal.GetReference(x);
        ref double target = ref MemoryMarshal.GetReference(y);
        var factor = Vector512.Create(alpha);
        int i = 0;
        for (; i + 8 <= x.Length; i += 8)
        {
            var sum = Vector512.MultiplyAddEstimate(factor, Wide(ref source, i), Vector512.LoadUnsafe(ref target, (nuint)i));
            sum.StoreUnsafe(ref target, (nuint)i);
        }
        for (; i < x.Length; i++) y[i] = double.MultiplyAddEstimate(alpha, x[i], y[i]);
    }

    /// <summary>z ← x, rounded to single precision.</summary>
    /// <param name="x">x.</param>
    /// <param name="z">Receives the result, of the same length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(ReadOnlySpan<double> x, Span<float> z)
    {
        Same(x.Length, z.Length);
        ref double source = ref MemoryMarshal.GetReference(x);
        ref float target = ref MemoryMarshal.GetReference(z);
        int i = 0;
        for (; i + 8 <= x.Length; i += 8)
            Vector256.Narrow(Vector256.LoadUnsafe(ref source, (nuint)i), Vector256.LoadUnsafe(ref source, (nuint)(i + 4))).StoreUnsafe(ref target, (nuint)i);
        for (; i < x.Length; i++) z[i] = (float)x[i];
    }

    /// <summary>Whether no number is NaN or infinite.</summary>
    /// <param name="x">The numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AllFinite(ReadOnlySpan<float> x)
    {
        // 0·x is 0 for every number that is finite, and NaN for all others.
        ref float source = ref MemoryMarshal.GetReference(x);
        var sum = Vector256<float>.Zero;
        int i = 0;
        for (; i + 8 <= x.Length; i += 8) sum += Vector256<float>.Zero * Vector256.LoadUnsafe(ref source, (nuint)i);
        float rest = Vector256.Sum(sum);
        for (; i < x.Length; i++) rest += 0 * x[i];
        return rest == 0;
    }

    /// <summary>z ← α·x + β·y for rows of some numbers at a distance, which lie side by side in z; to the last bit what <see cref="Scale"/> and
    /// <see cref="Axpy"/> give one after the other.</summary>
    /// <param name="alpha">α.</param>
    /// <param name="x">x, from the first row on.</param>
    /// <param name="beta">β.</param>
    /// <param name="y">y, from the first row on.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="stride">The distance of two rows in x and y.</param>
    /// <param name="width">How many numbers of each row.</param>
    /// <param name="z">Receives the result.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CombineRows(double alpha, ReadOnlySpan<float> x, double beta, ReadOnlySpan<float> y, int rows, int stride, int width, Span<double> z)
    {
        if (rows <= 0 || width <= 0) return;
        long last = (rows - 1L) * stride + width;
        if (stride < width || x.Length < last || y.Length < last || z.Length < (long)rows * width)
            throw new ArgumentException($"{rows} rows of {width} numbers at {stride}: found {x.Length}, {y.Length} and {z.Length}.", nameof(x));
        Vector512<double> a = Vector512.Create(alpha), b = Vector512.Create(beta);
        for (int r = 0; r < rows; r++)
        {
            ref float px = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), r * stride), py = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), r * stride);
            ref double pz = ref Unsafe.Add(ref MemoryMarshal.GetReference(z), r * width);
            int i = 0;
            for (; i + 8 <= width; i += 8)
            {
                var sum = Vector512.MultiplyAddEstimate(b, Wide(ref py, i), a * Wide(ref px, i));
                sum.StoreUnsafe(ref pz, (nuint)i);
            }
            for (; i < width; i++) Unsafe.Add(ref pz, i) = double.MultiplyAddEstimate(beta, Unsafe.Add(ref py, i), alpha * Unsafe.Add(ref px, i));
        }
    }

    /// <summary>z ← Σ_a weight_a·x_a of four summands for rows of some numbers at a distance, one after the other as with two: one pass, so that what lies in
    /// memory is asked for at once.</summary>
    /// <param name="weights">Four weights.</param>
    /// <param name="x0">The first summand, from the first row on.</param>
    /// <param name="x1">The second.</param>
    /// <param name="x2">The third.</param>
    /// <param name="x3">The fourth.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="stride">The distance of two rows of a summand.</param>
    /// <param name="width">How many numbers of each row.</param>
    /// <param name="z">Receives the result.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CombineRows(ReadOnlySpan<double> weights, ReadOnlySpan<float> x0, ReadOnlySpan<float> x1, ReadOnlySpan<float> x2,
        ReadOnlySpan<float> x3, int rows, int stride, int width, Span<double> z)
    {
        if (weights.Length != 4) throw new ArgumentException($"Found {weights.Length} weights, expected 4.", nameof(weights));
        if (rows <= 0 || width <= 0) return;
        long last = (rows - 1L) * stride + width, shortest = Math.Min(Math.Min(x0.Length, x1.Length), Math.Min(x2.Length, x3.Length));
        if (stride < width || shortest < last || z.Length < (long)rows * width)
            throw new ArgumentException($"{rows} rows of {width} numbers at {stride}: found {shortest} and {z.Length}.", nameof(x0));
        Vector512<double> a0 = Vector512.Create(weights[0]), a1 = Vector512.Create(weights[1]), a2 = Vector512.Create(weights[2]),
            a3 = Vector512.Create(weights[3]);
        for (int r = 0; r < rows; r++)
        {
            int at = r * stride;
            ref float p0 = ref Unsafe.Add(ref MemoryMarshal.GetReference(x0), at), p1 = ref Unsafe.Add(ref MemoryMarshal.GetReference(x1), at);
            ref float p2 = ref Unsafe.Add(ref MemoryMarshal.GetReference(x2), at), p3 = ref Unsafe.Add(ref MemoryMarshal.GetReference(x3), at);
            ref double pz = ref Unsafe.Add(ref MemoryMarshal.GetReference(z), r * width);
            int i = 0;
            for (; i + 8 <= width; i += 8)
            {
                var sum = Vector512.MultiplyAddEstimate(a1, Wide(ref p1, i), a0 * Wide(ref p0, i));
                sum = Vector512.MultiplyAddEstimate(a3, Wide(ref p3, i), Vector512.MultiplyAddEstimate(a2, Wide(ref p2, i), sum));
                sum.StoreUnsafe(ref pz, (nuint)i);
            }
            for (; i < width; i++)
            {
                double sum = double.MultiplyAddEstimate(weights[1], Unsafe.Add(ref p1, i), weights[0] * Unsafe.Add(ref p0, i));
                sum = double.MultiplyAddEstimate(weights[2], Unsafe.Add(ref p2, i), sum);
                Unsafe.Add(ref pz, i) = double.MultiplyAddEstimate(weights[3], Unsafe.Add(ref p3, i), sum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Wide(ref float from, int at)
    {
        var singles = Vector256.LoadUnsafe(ref from, (nuint)at);
        if (Avx512F.IsSupported) return Avx512F.ConvertToVector512Double(singles);
        var (low, high) = Vector256.Widen(singles);
        return Vector512.Create(low, high);
    }

    private static void Same(int a, int b)
    {
        if (a != b) throw new ArgumentException($"Vectors of {a} and {b} numbers.");
    }
}
