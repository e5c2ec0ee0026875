namespace KernelFlow.Validation.Seeded;

/// <summary>Slopes and ranks.</summary>
internal static class Lines
{
    /// <summary>Slope of the line of least squares through points.</summary>
    public static double Slope(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        double meanX = x.Average(), meanY = y.Average(), xy = 0, xx = 0;
        for (int i = 0; i < x.Count; i++)
        {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
        }
        return xy / xx;
    }

    /// <summary>Spearman's rank correlation; ties in the order in which they come.</summary>
    public static double RankCorrelation(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        double[] a = Ranks(x), b = Ranks(y);
        return Numerics.VectorRoutines.Correlation(a, b) ?? double.NaN;
    }

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        var ranks = new double[values.Count];
        int rank = 0;
        foreach (int i in Enumerable.Range(0, values.Count).OrderBy(i => values[i])) ranks[i] = rank++;
        return ranks;
    }
}
