using System.Diagnostics;
using KernelFlow.Numerics;

namespace KernelFlow.Cli.Doctor;

/// <summary>What a backend does with a matrix product.</summary>
internal static class ProductRate
{
    /// <summary>Order of the product that <see cref="Measure(Backend, CancellationToken)"/> uses.</summary>
    public const int Order = 768;

    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(2);

    /// <summary>Floating-point operations per second: 2N³ over the shortest of several tries.</summary>
    public static double Measure(Backend backend, CancellationToken cancellation) => Measure(backend, Order, tries: 8, cancellation);

    /// <summary>The same for another order.</summary>
    public static double Measure(Backend backend, int order, int tries, CancellationToken cancellation)
    {
        var a = new MatrixView(Enumerable.Range(0, order * order).Select(i => (i % 7) - 3.0).ToArray(), order, order);
        var c = new MatrixView(new double[order * order], order, order);
        double best = 0;
        long begin = Stopwatch.GetTimestamp();
        // A library that takes seconds for one product is not made fast by asking again.
        for (int i = 0; i < tries && (i == 0 || Stopwatch.GetElapsedTime(begin) < s_enough); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            void Multiply() => backend.Gemm(Op.None, Op.None, 1, a, a, 0, c);
            long start = Stopwatch.GetTimestamp();
            double taken;
            if (backend.Threads == 1) taken = ComputingTime.Of(Multiply);
            else
            {
                Multiply();
                taken = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            best = Math.Max(best, 2.0 * order * order * order / Math.Max(1e-9, taken));
        }
        return best;
    }
}
