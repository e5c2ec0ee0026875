using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Cache;

/// <summary>Vectors that cost much beside their size, from the cache where they are there.</summary>
internal static class Memo
{
    /// <summary>The vectors of an entry, or computed and kept.</summary>
    /// <param name="cache">The cache; null for none.</param>
    /// <param name="key">The key of the entry.</param>
    /// <param name="compute">Computes them; null where there is nothing to keep.</param>
    public static IReadOnlyList<double[]>? Vectors(RunCache? cache, Func<RunCache, CacheKey> key, Func<IReadOnlyList<double[]>?> compute)
    {
        if (cache is null) return compute();
        var wanted = key(cache);
        if (cache.TryRead(wanted) is { } there) return [.. Enumerable.Range(0, there.Count).Select(i => there[Name(i)].Values)];
        var found = compute();
        if (found is not null) cache.Write(wanted, found.Index().ToDictionary(v => Name(v.Index), v => new DenseMatrix(1, v.Item.Length, v.Item)));
        return found;
    }

    private static string Name(int i) => FormattableString.Invariant($"{i:D6}");
}
