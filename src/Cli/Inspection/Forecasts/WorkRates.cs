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
    private const int ProductOrder = 384, FactorOrder = 320, SpectrumOrder = 128, SmallestOrder = 32, Tries = 4;

    private const int Numbers = 1 << 20, FewNumbers = 1 << 16;

    // Fixed costs are all that a run of this size takes: to measure would take longer than what is forecast from it.
    private const int TooSmallToMeasure = 64;

    private static readonly WorkRates s_ofSmallRuns = new(5e9, 1e9, 3e8, 1e10, 1);

    /// <summary>What the choice of the backend measured where it measured; otherwise measured now, in some tens of milliseconds.</summary>
    /// <param name="backend">The dense linear algebra that is used.</param>
    /// <param name="order">N + M of the run: what is measured is no larger, for small matrices have not the rates of large ones, and small runs not the
    /// time.</param>
    /// <param name="cancellation">Honoured between tries.</param>
    public static WorkRates Of(Backend backend, int order, CancellationToken cancellation)
    {
        if (order <= TooSmallToMeasure && backend.Choice is null) return s_ofSmallRuns with { Threads = backend.Threads };
        double bandwidth = Bandwidths(order < SpectrumOrder ? FewNumbers : Numbers, cancellation);
        if (backend.Choice is { } choice && Rate(choice, choice.Products) is { } products && Rate(choice, choice.Factorizations) is { } factors
            && Rate(choice, choice.Spectra) is { } spectra)
            return new WorkRates(products.Product, factors.Factorization, spectra.Spectrum, bandwidth, backend.Threads);
        return Measure(backend, Math.Max(order, SmallestOrder), bandwidth, cancellation);
    }

    /// <summary>The same rates, all of one size: for tests of the model.</summary>
    public static WorkRates Even(double rate, int threads = 1) => new(rate, rate, rate, rate, threads);

    private static LibraryRates? Rate(BackendChoice choice, string name) => choice.Rates.FirstOrDefault(rate => rate.Name == name);

    // An explicit backend has no rates of its own; its products may use all threads while they are measured.
    private static WorkRates Measure(Backend backend, int order, double bandwidth, CancellationToken cancellation)
    {
        int products = Math.Min(order, ProductOrder), factors = Math.Min(order, FactorOrder), spectra = Math.Min(order, SpectrumOrder);
        MatrixView a = Filled(products), c = Filled(products), definite = Filled(factors), work = Filled(factors), x = Filled(factors);
        MatrixView symmetric = Filled(spectra), scratch = Filled(spectra);
        for (int i = 0; i < factors; i++) definite[i, i] += 16 * factors;
        Symmetric(symmetric);
        var pivots = new int[factors];
        var values = new double[spectra];
        double product = Best(2 * Math.Pow(products, 3), () => backend.Gemm(Op.None, Op.None, 1, a, a, 0, c));
        double factor = Best(8.0 / 3 * Math.Pow(factors, 3), () =>
        {
            definite.CopyTo(work);
            backend.Lu(work, pivots);
            backend.LuSolve(Op.None, work, pivots, x);
        });
        double spectrum = Best(9 * Math.Pow(spectra, 3), () =>
        {
            symmetric.CopyTo(scratch);
            backend.SymmetricEigen(scratch, values, vectors: true);
        });
        return new WorkRates(product / backend.Threads, factor, spectrum, bandwidth, backend.Threads);

        double Best(double operations, Action work) => operations / Shortest(work, cancellation);
    }

    // Reads two and writes one number per step.
    private static double Bandwidths(int count, CancellationToken cancellation)
    {
        double[] from = new double[count], to = new double[count];
        return 24.0 * count / Shortest(() => VectorRoutines.Axpy(0.5, from, to), cancellation);
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
