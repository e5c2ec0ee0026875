namespace KernelFlow.Numerics.Selection;

/// <summary>A few milliseconds of each kind of work, on one thread. Libraries take turns, so that a busy moment meets all of them.</summary>
internal static class SpeedTest
{
    private const int LeastRounds = 4, MostRounds = 16, ProductOrder = 384, FactorOrder = 320, SpectrumOrder = 128;

    // On a busy machine every try is late, and the first ones say little: as long as somebody improves by this, all are asked again.
    private const double Improvement = 0.95;

    // A library that is so much slower is not asked again.
    private const double Hopeless = 4;

    private const double Coarse = 50;

    // Beyond this ratio of wall time to time spent computing the machine is busy with other things.
    private const double Busy = 1.5;

    /// <summary>The rates of the libraries, in their order, and whether the tries agreed in the end and the machine was not busy.</summary>
    /// <remarks>
    /// A try counts with the time that the process spent computing where that is less than the time that went by: it hardly depends on what else runs. A
    /// library that takes more threads than it was allowed is judged by the time that went by.
    /// </remarks>
    public static (IReadOnlyList<LibraryRates> Rates, bool Settled) Measure(
        IReadOnlyList<(string Name, Backend Backend)> libraries, IMachineClock clock)
    {
        var kinds = new (double Work, Action<Backend> Run)[] { Product(), Factors(), Spectrum() };
        var seconds = new double[libraries.Count, kinds.Length];
        double elapsed = 0, computing = 0;
        bool all = true;
        for (int k = 0; k < kinds.Length; k++)
        {
            double best = double.PositiveInfinity;
            for (int i = 0; i < libraries.Count; i++) seconds[i, k] = double.PositiveInfinity;
            int round = 0, settled = 0;
            for (; round < LeastRounds || (settled < 2 && round < MostRounds); round++)
            {
                settled++;
                for (int i = 0; i < libraries.Count; i++)
                {
                    // The first times code is compiled and memory touched; they count only for who is hopeless even so.
                    if (round > 2 && seconds[i, k] > Hopeless * best) continue;
                    var (wall, taken) = Time(kinds[k].Run, libraries[i].Backend, clock);
                    elapsed += wall;
                    computing += taken;
                    if (taken < Improvement * seconds[i, k]) settled = 0;
                    seconds[i, k] = Math.Min(seconds[i, k], taken);
                    best = Math.Min(best, seconds[i, k]);
                }
            }
            all &= settled >= 2;
        }
        return ([.. libraries.Select((library, i) => new LibraryRates(library.Name, library.Backend.Name,
            kinds[0].Work / seconds[i, 0], kinds[1].Work / seconds[i, 1], kinds[2].Work / seconds[i, 2]))], all && elapsed <= Busy * computing);
    }

    private static (double Wall, double Taken) Time(Action<Backend> run, Backend backend, IMachineClock clock)
    {
        double busy = clock.Computing, start = clock.Wall;
        run(backend);
        double wall = clock.Wall - start, computing = clock.Computing - busy;
        // A clock of processor time that is too coarse says nothing.
        return (wall, computing > wall / Coarse ? Math.Min(wall, computing) : wall);
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
