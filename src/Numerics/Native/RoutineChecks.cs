namespace KernelFlow.Numerics.Native;

/// <summary>Every routine of a library that will be used, against the managed code, before anything is computed with it.</summary>
/// <remarks>
/// A library may load, have all symbols and compute nonsense: one that was built for another processor, a mixture of two thread libraries, a stub. Its
/// results would be taken for verdicts. The orders are below, around and above the blocks of usual libraries. What is unique is compared with the
/// managed result, what is not (eigenvectors, singular vectors, QR) with its definition, by managed products. The first failure ends the checks: whatever
/// comes after it could write anywhere.
/// </remarks>
internal sealed class RoutineChecks
{
    private const double RoundingShare = 16;
    private static readonly int[] s_orders = [3, 17, 130];

    private readonly List<RoutineCheck> _done = [];

    private RoutineChecks(Backend managed, Backend native)
    {
        Managed = managed;
        Native = native;
    }

    /// <summary>What the results are compared with.</summary>
    public Backend Managed { get; }

    /// <summary>What is checked.</summary>
    public Backend Native { get; }

    /// <summary>Runs all checks.</summary>
    /// <param name="managed">The managed backend.</param>
    /// <param name="native">The library, every routine of it at every order.</param>
    /// <returns>The checks in order; only the last one can have failed.</returns>
    public static IReadOnlyList<RoutineCheck> Run(Backend managed, Backend native)
    {
        var checks = new RoutineChecks(managed, native);
        _ = s_orders.All(order => ProductChecks.Run(checks, order) && SolveChecks.Run(checks, order) && SpectralChecks.Run(checks, order));
        return checks._done;
    }

    /// <summary>The products of the largest order alone: what a library does with several threads.</summary>
    public static IReadOnlyList<RoutineCheck> RunProducts(Backend managed, Backend native)
    {
        var checks = new RoutineChecks(managed, native);
        ProductChecks.Run(checks, s_orders[^1]);
        return checks._done;
    }

    /// <summary>Runs one check.</summary>
    /// <param name="routine">The routine.</param>
    /// <param name="order">The order.</param>
    /// <param name="what">The case.</param>
    /// <param name="size">Size of the numbers whose rounding counts.</param>
    /// <param name="defect">Computes and compares.</param>
    /// <returns>Whether it passed.</returns>
    public bool Check(string routine, int order, string what, double size, Func<double> defect)
    {
        double limit = RoundingShare * Tolerances.RoundingFloor(order, size);
        RoutineCheck check;
        try
        {
            check = new RoutineCheck(routine, order, what, defect(), limit);
        }
        catch (Exception failure)
        {
            check = new RoutineCheck(routine, order, what, double.NaN, limit, failure.Message);
        }
        _done.Add(check);
        return check.Passed;
    }
}
