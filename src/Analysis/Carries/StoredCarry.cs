using KernelFlow.Analysis.Cache;
using KernelFlow.Analysis.Intervals;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Carries;

/// <summary>A second carry through the whole window, from the cache where it is there.</summary>
internal static class StoredCarry
{
    /// <summary>The carry of a block.</summary>
    /// <param name="cache">The cache; null for none.</param>
    /// <param name="block">V, N×c.</param>
    /// <param name="method">The method of the operators, which decides about that of the carry.</param>
    /// <param name="tolerance">The tolerance of the operators.</param>
    /// <param name="carry">Carries it.</param>
    public static CarriedBlock Of(RunCache? cache, DenseMatrix block, string method, double tolerance, Func<CarriedBlock> carry)
    {
        if (cache is null) return carry();
        var key = cache.WholeKey("carry", ("main", method), ("tolerance", tolerance), ("block", RunCache.SumOf(block.Values)));
        if (cache.TryRead(key) is { } m && MethodNames.Find(m) is { } how)
        {
            double[] e = m["error"].Values;
            return new CarriedBlock(m["end"], m["train"], m["test"], m["dissipated"], new CarryError(e[0], e[1], e[2], e[3]), how);
        }
        var found = carry();
        var (end, error) = (found.End, found.Error);
        var matrices = new Dictionary<string, DenseMatrix>
        {
            ["end"] = end, ["train"] = found.Train, ["test"] = found.Test, ["dissipated"] = found.Dissipated,
            ["error"] = new(1, 4, [error.P, error.W, error.GS, error.GQ]),
        };
        MethodNames.Add(matrices, found.How);
        cache.Write(key, matrices);
        return found;
    }
}
