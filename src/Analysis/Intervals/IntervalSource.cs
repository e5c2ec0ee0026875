using KernelFlow.Analysis.Cache;
using KernelFlow.Analysis.Carries;
using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Intervals;

/// <summary>The operators of every interval of a window: read from the cache where they are there, otherwise computed from the interval's own data and
/// kept.</summary>
/// <remarks>An interval knows nothing of the others: neither their steps nor how many there are. So it has the same bits in every window that holds it,
/// whoever computes it.</remarks>
/// <param name="count">The number of intervals.</param>
/// <param name="sizes">N and M.</param>
/// <param name="cache">Where intervals are kept; null for nowhere.</param>
/// <param name="key">All that an interval's numbers depend on.</param>
/// <param name="compute">Computes one interval.</param>
internal sealed class IntervalSource(int count, (int Train, int Test) sizes, RunCache? cache, Func<int, CacheKey> key,
    Func<int, CancellationToken, IntervalOperators> compute)
{
    private readonly Dictionary<int, IntervalOperators> _held = [];

    /// <summary>The number of intervals.</summary>
    public int Count => count;

    /// <summary>The intervals of a flow.</summary>
    /// <param name="trajectory">What is integrated.</param>
    /// <param name="cache">Where intervals are kept; null for nowhere.</param>
    /// <param name="kind">What the entries are called.</param>
    /// <param name="options">Method, tolerance and seed.</param>
    /// <param name="integrate">Integrates one interval, as a trajectory of its own.</param>
    /// <param name="hold">Whether intervals stay in memory where there is no cache.</param>
    public static IntervalSource OfFlow(KernelTrajectory trajectory, RunCache? cache, string kind, PropagationOptions options,
        Func<KernelTrajectory, CancellationToken, IntervalOperators> integrate, bool hold = false) =>
        new(trajectory.Intervals, (trajectory.TrainSize, trajectory.TestSize), cache, k => KeyOnTrajectory(cache!, trajectory, kind, k,
            ("method", options.Method.Name), ("tolerance", options.RelativeTolerance)),
            (k, stop) => integrate(new WindowTrajectory(trajectory, k, k + 1), stop)) { Hold = hold };

    /// <summary>The key of an interval of an interpolant: it depends on the checkpoints that this is made of, and on the weights they have.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="trajectory">The interpolant.</param>
    /// <param name="kind">What the entries are called.</param>
    /// <param name="interval">The interval.</param>
    /// <param name="facts">What else it depends on.</param>
    public static CacheKey KeyOnTrajectory(RunCache cache, KernelTrajectory trajectory, string kind, int interval, params (string, object?)[] facts)
    {
        var interpolant = (trajectory as InterpolatedTrajectory)?.Interpolants?[interval];
        var stencil = interpolant?.Checkpoints ?? [interval, interval + 1];
        string weights = interpolant is null ? "kernels" : RunCache.SumOf(interpolant.Basis.SelectMany(b => b).ToArray());
        return cache.Key(kind, [.. facts, ("at", interval - stencil[0]), ("weights", weights), .. stencil.Select(cache.Fact)]);
    }

    /// <summary>Whether intervals stay in memory, for whoever needs them several times; where there is a cache they are read again instead.</summary>
    public bool Hold { get; init; }

    /// <summary>The intervals' keys; null where nothing is kept.</summary>
    /// <param name="first">The first interval.</param>
    /// <param name="many">How many.</param>
    public string? KeyOf(int first, int many) => cache is null ? null : string.Join(" ", Enumerable.Range(first, many).Select(k => key(k).Sum));

    /// <summary>The name of an interval's file in the cache.</summary>
    public string FileOf(int interval) => key(interval).FileName;

    /// <summary>The operators of an interval, to be read only.</summary>
    public IntervalOperators Get(int interval, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_held.TryGetValue(interval, out var held)) return held;
        var found = Read(interval) ?? Compute(interval, cancellation);
        if (Hold && cache is null) _held.Add(interval, found);
        return found;
    }

    private IntervalOperators? Read(int interval) =>
        cache?.TryRead(key(interval)) is { } matrices ? IntervalOperators.From(matrices, sizes.Train, sizes.Test) : null;

    private IntervalOperators Compute(int interval, CancellationToken cancellation)
    {
        var found = compute(interval, cancellation);
        cache?.Write(key(interval), found.ToMatrices());
        return found;
    }
}
