using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Measures;

/// <summary>Spearman's rank correlation.</summary>
internal static class RankCorrelation
{
    // Numbers that agree as far as this are equal: rounding orders nothing.
    private const double Equal = 1e-9;

    /// <summary>Pearson's correlation of the ranks; numbers that are equal share the mean of theirs. Null where all numbers of one list are equal.</summary>
    public static double? Of(double[] x, double[] y) => VectorRoutines.Correlation(Ranks(x), Ranks(y));

    private static double[] Ranks(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        var ranks = new double[values.Length];
        for (int first = 0, next; first < order.Length; first = next)
        {
            double value = values[order[first]];
            for (next = first + 1; next < order.Length && values[order[next]] - value <= Equal * Math.Abs(value); next++) { }
            for (int k = first; k < next; k++) ranks[order[k]] = 0.5 * (first + next - 1);
        }
        return ranks;
    }
}
