using System.Diagnostics;

namespace KernelFlow.Numerics.Selection;

/// <summary>A few milliseconds of each kind of work, on one thread. Libraries take turns, so that a busy moment meets all of them.</summary>
internal static class SpeedTest
{
    private const int LeastRounds = 4, MostRounds = 16, ProductOrder = 384, FactorOrder = 320, SpectrumOrder = 128;

    // On a busy machine every try is late, and the first ones say little: as long as somebody improves by this, all are asked again.
    private const double Improvement = 0.95;

    // A library that is so much slower is not asked again.
    private const double Hopeless = 4;

    /// <summary>The rates of the libraries, in their order.</summary>
    public static IReadOnlyList<LibraryRates> Measure(IReadOnlyList<(string Name, Backend Backend)> libraries)
    {
        var kinds = new (double Work, Action<Backend> Run)[] { Product(), Factors(), Spectrum() };
        var seconds = new double[libraries.Count, kinds.Length];
        for (int k = 0; k < kinds.Length; k++)
        {
            double best = double.PositiveInfinity;
            for (int i = 0; i < libraries.Count; i++) seconds[i, k] = double.PositiveInfinity;
            for (int round = 0, settled = 0; round < LeastRounds || (settled < 2 && round < MostRounds); round++)
            {
                settled++;
                for (int i = 0; i < libraries.Count; i++)
                {
                    // The first time code is compiled and memory touched; it counts only for who is hopeless even so.
                    if (round > 1 && seconds[i, k] > Hopeless * best) continue;
                    long start = Stopwatch.GetTimestamp();
                    kinds[k].Run(libraries[i].Backend);
                    double taken = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    if (taken < Improvement * seconds[i, k]) settled = 0;
                    seconds[i, k] = Math.Min(seconds[i, k], taken);
                    best = Math.Min(best, seconds[i, k]);
                }
            }
        }
        return [.. libraries.Select((library, i) => new LibraryRates(library.Name, library.Backend.Name,
            kinds[0].Work / seconds[i, 0], kinds[1].Work / seconds[i, 1], kinds[2].Work / seconds[i, 2]))];
    }

    private static (double Work, Action<Backend> Run) Product()
    {
        const int n = ProductOrder;
        MatrixView a = Filled(n), c = New(n);
        return (2 * Math.Pow(n, 3), backend => backend.Gemm(Op.None, Op.Transpose, 1, a, a, 0, c));
    }

    private static (double Work, Action<Backend> Run) Factors()
    {
        const int n = FactorOrder;
        MatrixView a = Filled(n), definite = Filled(n), work = New(n), x = New(n);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++) definite[i, j] = definite[j, i];
            definite[i, i] = 4 * n;
        }
        var pivots = new int[n];
        // n³/3 + 2n³/3 + 2n³ for Cholesky, LU and its solve, 8n³/3 for a thin QR of a square matrix.
        return (17 * Math.Pow(n, 3) / 3, backend =>
        {
            definite.CopyTo(work);
            backend.Cholesky(work);
            definite.CopyTo(work);
            backend.Lu(work, pivots);
            a.CopyTo(x);
            backend.LuSolve(Op.None, work, pivots, x);
            a.CopyTo(work);
            backend.Qr(work, x);
        });
    }

    private static (double Work, Action<Backend> Run) Spectrum()
    {
        const int n = SpectrumOrder;
        MatrixView a = Filled(n), work = New(n);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) a[i, j] = a[j, i];
        var values = new double[n];
        return (9 * Math.Pow(n, 3), backend =>
        {
            a.CopyTo(work);
            backend.SymmetricEigen(work, values, vectors: true);
        });
    }

    private static MatrixView New(int n) => new(new double[n * n], n, n);

    private static MatrixView Filled(int n)
    {
        var a = New(n);
        uint state = 12345;
        foreach (ref double x in a.Array.AsSpan())
        {
            state = 1664525 * state + 1013904223;
            x = state / 2147483647.5 - 1;
        }
        return a;
    }
}
