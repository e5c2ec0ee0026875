namespace KernelFlow.Numerics;

/// <summary>Spearman's rank correlation.</summary>
public static class RankCorrelation
{
    // Numbers that agree as far as this are equal: rounding orders nothing.
    private const double Equal = 1e-9;

    /// <summary>Pearson's correlation of the ranks; numbers that are equal share the mean of theirs. Null where all numbers of one list are equal.</summary>
    /// <param name="x">Numbers.</param>
    /// <param name="y">As many.</param>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static double? Of(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return VectorRoutines.Correlation(Ranks(x), Ranks(y));
    }

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        var ranks = new double[values.Count];
        for (int first = 0, next; first < order.Length; first = next)
        {
            double value = values[order[first]];
            for (next = first + 1; next < order.Length && values[order[next]] - value <= Equal * Math.Abs(value); next++) { }
            for (int k = first; k < next; k++) ranks[order[k]] = 0.5 * (first + next - 1);
        }
        return ranks;
    }
}
