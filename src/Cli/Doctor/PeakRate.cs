using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.CompilerServices;

namespace KernelFlow.Cli.Doctor;

/// <summary>What one core can do: independent fused multiply-adds in registers, two operations per lane each.</summary>
internal static class PeakRate
{
    private const int Chains = 10, Rounds = 2_000_000;

    /// <summary>Width of the vectors used.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Operations per second, the best of several tries.</summary>
    public static double Measure(CancellationToken cancellation)
    {
        double best = 0;
        for (int i = 0; i < 12; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            double sum = VectorBits switch { 512 => Run512(), 256 => Run256(), _ => Run128() };
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            // The sum keeps the work from being removed; it is finite by construction.
            if (double.IsFinite(sum)) best = Math.Max(best, 2.0 * (VectorBits / 64) * Chains * Rounds / seconds);
        }
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Run512()
    {
        Vector512<double> a = Vector512.Create(0.999999), b = Vector512.Create(1e-6);
        Vector512<double> x0 = b, x1 = b, x2 = b, x3 = b, x4 = b, x5 = b, x6 = b, x7 = b, x8 = b, x9 = b;
        for (int i = 0; i < Rounds; i++)
        {
            x0 = Vector512.FusedMultiplyAdd(x0, a, b); x1 = Vector512.FusedMultiplyAdd(x1, a, b); x2 = Vector512.FusedMultiplyAdd(x2, a, b); x3 = Vector512.FusedMultiplyAdd(x3, a, b);
            x4 = Vector512.FusedMultiplyAdd(x4, a, b); x5 = Vector512.FusedMultiplyAdd(x5, a, b); x6 = Vector512.FusedMultiplyAdd(x6, a, b); x7 = Vector512.FusedMultiplyAdd(x7, a, b);
            x8 = Vector512.FusedMultiplyAdd(x8, a, b); x9 = Vector512.FusedMultiplyAdd(x9, a, b);
        }
        return Vector512.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Run256()
    {
        Vector256<double> a = Vector256.Create(0.999999), b = Vector256.Create(1e-6);
        Vector256<double> x0 = b, x1 = b, x2 = b, x3 = b, x4 = b, x5 = b, x6 = b, x7 = b, x8 = b, x9 = b;
        for (int i = 0; i < Rounds; i++)
        {
            x0 = Vector256.FusedMultiplyAdd(x0, a, b); x1 = Vector256.FusedMultiplyAdd(x1, a, b); x2 = Vector256.FusedMultiplyAdd(x2, a, b); x3 = Vector256.FusedMultiplyAdd(x3, a, b);
            x4 = Vector256.FusedMultiplyAdd(x4, a, b); x5 = Vector256.FusedMultiplyAdd(x5, a, b); x6 = Vector256.FusedMultiplyAdd(x6, a, b); x7 = Vector256.FusedMultiplyAdd(x7, a, b);
            x8 = Vector256.FusedMultiplyAdd(x8, a, b); x9 = Vector256.FusedMultiplyAdd(x9, a, b);
        }
        return Vector256.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Run128()
    {
        Vector128<double> a = Vector128.Create(0.999999), b = Vector128.Create(1e-6);
        Vector128<double> x0 = b, x1 = b, x2 = b, x3 = b, x4 = b, x5 = b, x6 = b, x7 = b, x8 = b, x9 = b;
        for (int i = 0; i < Rounds; i++)
        {
            x0 = Vector128.FusedMultiplyAdd(x0, a, b); x1 = Vector128.FusedMultiplyAdd(x1, a, b); x2 = Vector128.FusedMultiplyAdd(x2, a, b); x3 = Vector128.FusedMultiplyAdd(x3, a, b);
            x4 = Vector128.FusedMultiplyAdd(x4, a, b); x5 = Vector128.FusedMultiplyAdd(x5, a, b); x6 = Vector128.FusedMultiplyAdd(x6, a, b); x7 = Vector128.FusedMultiplyAdd(x7, a, b);
            x8 = Vector128.FusedMultiplyAdd(x8, a, b); x9 = Vector128.FusedMultiplyAdd(x9, a, b);
        }
        return Vector128.Sum(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9);
    }
}
