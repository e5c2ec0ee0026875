using System.Diagnostics;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>How fast this machine does each kind of work on one thread, and how many threads there are.</summary>
/// <param name="Products">Operations per second of matrix products.</param>
/// <param name="Factorizations">Of factorizations and their solves.</param>
/// <param name="Spectra">Of eigenvalues with vectors, 9n³ of them.</param>
/// <param name="Bandwidth">Bytes per second of passes over memory.</param>
/// <param name="Threads">Threads that may be used.</param>
internal sealed record WorkRates(double Products, double Factorizations, double Spectra, double Bandwidth, int Threads)
{
    // The orders of the speed test by which libraries are chosen, so that both say the same.
    private const int ProductOrder = 384, FactorOrder = 320, SpectrumOrder = 128, Tries = 4, Numbers = 1 << 21;

    /// <summary>What the choice of the backend measured where it measured; otherwise measured now, in some tens of milliseconds.</summary>
    public static WorkRates Of(Backend backend, CancellationToken cancellation)
    {
        double bandwidth = Bandwidths(cancellation);
        if (backend.Choice is { } choice && Rate(choice, choice.Products) is { } products && Rate(choice, choice.Factorizations) is { } factors
            && Rate(choice, choice.Spectra) is { } spectra)
            return new WorkRates(products.Product, factors.Factorization, spectra.Spectrum, bandwidth, backend.Threads);
        return Measure(backend, bandwidth, cancellation);
    }

    /// <summary>The same rates, all of one size: for tests of the model.</summary>
    public static WorkRates Even(double rate, int threads = 1) => new(rate, rate, rate, rate, threads);

    private static LibraryRates? Rate(BackendChoice choice, string name) => choice.Rates.FirstOrDefault(rate => rate.Name == name);

    // An explicit backend has no rates of its own; its products may use all threads while they are measured.
    private static WorkRates Measure(Backend backend, double bandwidth, CancellationToken cancellation)
    {
        MatrixView a = Filled(ProductOrder), c = Filled(ProductOrder), definite = Filled(FactorOrder), work = Filled(FactorOrder), x = Filled(FactorOrder);
        MatrixView symmetric = Filled(SpectrumOrder), scratch = Filled(SpectrumOrder);
        for (int i = 0; i < FactorOrder; i++) definite[i, i] += 16 * FactorOrder;
        Symmetric(symmetric);
        var pivots = new int[FactorOrder];
        var values = new double[SpectrumOrder];
        double product = Best(2 * Math.Pow(ProductOrder, 3), () => backend.Gemm(Op.None, Op.None, 1, a, a, 0, c));
        double factor = Best(8.0 / 3 * Math.Pow(FactorOrder, 3), () =>
        {
            definite.CopyTo(work);
            backend.Lu(work, pivots);
            backend.LuSolve(Op.None, work, pivots, x);
        });
        double spectrum = Best(9 * Math.Pow(SpectrumOrder, 3), () =>
        {
            symmetric.CopyTo(scratch);
            backend.SymmetricEigen(scratch, values, vectors: true);
        });
        return new WorkRates(product / backend.Threads, factor, spectrum, bandwidth, backend.Threads);

        double Best(double operations, Action work) => operations / Shortest(work, cancellation);
    }

    // Reads two and writes one number per step.
    private static double Bandwidths(CancellationToken cancellation)
    {
        double[] from = new double[Numbers], to = new double[Numbers];
        return 24.0 * Numbers / Shortest(() => VectorRoutines.Axpy(0.5, from, to), cancellation);
    }

    private static double Shortest(Action work, CancellationToken cancellation)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < Tries; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return Math.Max(best, 1e-9);
    }

    private static MatrixView Filled(int n) => new([.. Enumerable.Range(0, n * n).Select(i => i % 7 - 3.0)], n, n);

    private static void Symmetric(MatrixView a)
    {
        for (int i = 0; i < a.Rows; i++)
            for (int j = 0; j < i; j++) a[i, j] = a[j, i];
    }
}
