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
            double sum = 0;
            double seconds = ComputingTime.Of(() => sum = VectorBits switch
            {
                512 => Run<Lanes512, Vector512<double>>(),
                256 => Run<Lanes256, Vector256<double>>(),
                _ => Run<Lanes128, Vector128<double>>(),
            });
            // The sum keeps the work from being removed; it is finite by construction.
            if (double.IsFinite(sum)) best = Math.Max(best, 2.0 * (VectorBits / 64) * Chains * Rounds / seconds);
        }
        return best;
    }

    // Ten chains hide the latency of a multiply-add on every processor there is; the vector type is a struct, so that each width is compiled by itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Run<TLanes, T>() where TLanes : struct, ILanes<T> where T : struct
    {
        T a = TLanes.Of(0.999999), b = TLanes.Of(1e-6);
        T x0 = b, x1 = b, x2 = b, x3 = b, x4 = b, x5 = b, x6 = b, x7 = b, x8 = b, x9 = b;
        for (int i = 0; i < Rounds; i++)
        {
            x0 = TLanes.MultiplyAdd(x0, a, b);
            x1 = TLanes.MultiplyAdd(x1, a, b);
            x2 = TLanes.MultiplyAdd(x2, a, b);
            x3 = TLanes.MultiplyAdd(x3, a, b);
            x4 = TLanes.MultiplyAdd(x4, a, b);
            x5 = TLanes.MultiplyAdd(x5, a, b);
            x6 = TLanes.MultiplyAdd(x6, a, b);
            x7 = TLanes.MultiplyAdd(x7, a, b);
            x8 = TLanes.MultiplyAdd(x8, a, b);
            x9 = TLanes.MultiplyAdd(x9, a, b);
        }
        return TLanes.Sum(x0) + TLanes.Sum(x1) + TLanes.Sum(x2) + TLanes.Sum(x3) + TLanes.Sum(x4) + TLanes.Sum(x5) + TLanes.Sum(x6) + TLanes.Sum(x7)
            + TLanes.Sum(x8) + TLanes.Sum(x9);
    }

    /// <summary>What the loop needs of a vector type.</summary>
    private interface ILanes<T>
    {
        static abstract T Of(double value);
        static abstract T MultiplyAdd(T x, T a, T b);
        static abstract double Sum(T x);
    }

    private readonly struct Lanes512 : ILanes<Vector512<double>>
    {
        public static Vector512<double> Of(double value) => Vector512.Create(value);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<double> MultiplyAdd(Vector512<double> x, Vector512<double> a, Vector512<double> b) => Vector512.FusedMultiplyAdd(x, a, b);
        public static double Sum(Vector512<double> x) => Vector512.Sum(x);
    }

    private readonly struct Lanes256 : ILanes<Vector256<double>>
    {
        public static Vector256<double> Of(double value) => Vector256.Create(value);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<double> MultiplyAdd(Vector256<double> x, Vector256<double> a, Vector256<double> b) => Vector256.FusedMultiplyAdd(x, a, b);
        public static double Sum(Vector256<double> x) => Vector256.Sum(x);
    }

    private readonly struct Lanes128 : ILanes<Vector128<double>>
    {
        public static Vector128<double> Of(double value) => Vector128.Create(value);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<double> MultiplyAdd(Vector128<double> x, Vector128<double> a, Vector128<double> b) => Vector128.FusedMultiplyAdd(x, a, b);
        public static double Sum(Vector128<double> x) => Vector128.Sum(x);
    }
}
