using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>When a reduction pays: flops of finding the range, of projecting on it and of lifting, against those of the steps that become smaller.</summary>
internal static class RangeCost
{
    // docs/matrix-free.md: a step of a dense integration takes 30 N³ flops or more, and an interval no fewer than one step with its two halves.
    private const double OfStep = 30, OfEigenvectors = 9;

    /// <summary>Flops of the steps below which nothing is looked for: they take two seconds or so.</summary>
    /// <remarks>benchmarks/RangeStudy with N = 500 and 15 intervals, 5.6·10¹⁰ as they are counted here: 10 s of one core, since an interval takes
    /// several steps, and 0.2 s for the range.</remarks>
    public const double Worth = 1e10;

    /// <summary>Whether the steps of a window cost enough to look for a range at all.</summary>
    public static bool MayPay(int size, int intervals, double worth) => intervals * OfStep * Math.Pow(size, 3) > worth;

    /// <summary>The largest dimension that pays; 0 where none does.</summary>
    /// <param name="size">N.</param>
    /// <param name="test">M.</param>
    /// <param name="intervals">Intervals of the window.</param>
    /// <param name="terms">Kernels to be projected.</param>
    public static int Largest(int size, int test, int intervals, int terms)
    {
        double n = size, saved = intervals * OfStep;
        bool Pays(int r) => OfEigenvectors * n * n * n + terms * (2 * n * n * r + 4 * n * r * r + 4.0 * test * n * r) + 8 * n * n * r
            < saved * (n * n * n - Math.Pow(r, 3));
        int low = 0, high = size;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (Pays(middle)) low = middle;
            else high = middle;
        }
        return low;
    }

    /// <summary>Number of different kernels of an interpolant.</summary>
    public static int Terms(InterpolatedTrajectory trajectory) =>
        Enumerable.Range(0, trajectory.Intervals).SelectMany(i => trajectory.Terms(i)!).Select(t => t.Term).Distinct().Count();
}
