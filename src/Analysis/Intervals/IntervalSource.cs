using KernelFlow.Analysis.Cache;
using KernelFlow.Analysis.Carries;
using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Intervals;

/// <summary>The operators of every interval of a window: read from the cache where they are there, otherwise computed from the interval's own data and
/// kept.</summary>
/// <remarks>An interval knows nothing of the others: neither their steps nor how many there are. So it has the same bits in every window that holds it,
/// whoever computes it.</remarks>
/// <param name="trajectory">What is integrated.</param>
/// <param name="cache">Where intervals are kept; null for nowhere.</param>
/// <param name="kind">What the entries are called.</param>
/// <param name="options">Method, tolerance and seed.</param>
/// <param name="compute">Integrates one interval, as a trajectory of its own.</param>
internal sealed class IntervalSource(KernelTrajectory trajectory, RunCache? cache, string kind, PropagationOptions options,
    Func<KernelTrajectory, CancellationToken, IntervalOperators> compute)
{
    private readonly Dictionary<int, IntervalOperators> _held = [];

    /// <summary>The number of intervals.</summary>
    public int Count => trajectory.Intervals;

    /// <summary>Whether intervals stay in memory, for whoever needs them several times; where there is a cache they are read again instead.</summary>
    public bool Hold { get; init; }

    /// <summary>The intervals' keys; null where nothing is kept.</summary>
    /// <param name="first">The first interval.</param>
    /// <param name="count">How many.</param>
    public string? KeyOf(int first, int count) => cache is null ? null : string.Join(" ", Enumerable.Range(first, count).Select(k => Key(k).Sum));

    /// <summary>The name of an interval's file in the cache.</summary>
    public string FileOf(int interval) => Key(interval).FileName;

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
        cache?.TryRead(Key(interval)) is { } matrices ? IntervalOperators.From(matrices, trajectory) : null;

    private IntervalOperators Compute(int interval, CancellationToken cancellation)
    {
        var found = compute(new WindowTrajectory(trajectory, interval, interval + 1), cancellation);
        cache?.Write(Key(interval), found.ToMatrices());
        return found;
    }

    // An interval depends on the checkpoints that its interpolant is made of, and on the weights they have.
    private CacheKey Key(int interval)
    {
        var interpolant = (trajectory as InterpolatedTrajectory)?.Interpolants?[interval];
        var stencil = interpolant?.Checkpoints ?? [interval, interval + 1];
        string weights = interpolant is null ? "kernels" : RunCache.SumOf(interpolant.Basis.SelectMany(b => b).ToArray());
        return cache!.Key(kind, [("method", options.Method.Name), ("tolerance", options.RelativeTolerance), ("at", interval - stencil[0]),
            ("weights", weights), .. stencil.Select(cache.Fact)]);
    }
}
