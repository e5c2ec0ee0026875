using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Laboratory;

/// <summary>The numbers by which runs are compared.</summary>
internal static class LabStatistics
{
    /// <summary>‖v‖.</summary>
    public static double Norm(IEnumerable<double> v) => Math.Sqrt(v.Sum(x => x * x));

    /// <summary>‖a − b‖.</summary>
    public static double Distance(IEnumerable<double> a, IEnumerable<double> b) => Norm(a.Zip(b, (x, y) => x - y));

    /// <summary>Pearson's correlation; NaN where one of the two does not vary.</summary>
    public static double Correlation(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        double meanA = a.Average(), meanB = b.Average();
        double[] x = [.. a.Select(v => v - meanA)], y = [.. b.Select(v => v - meanB)];
        return x.Zip(y, (p, q) => p * q).Sum() / (Norm(x) * Norm(y));
    }

    /// <summary>Spearman's rank correlation; equal numbers share their mean rank.</summary>
    public static double RankCorrelation(IReadOnlyList<double> a, IReadOnlyList<double> b) => Correlation(Ranks(a), Ranks(b));

    /// <summary>The median; NaN where there are no numbers.</summary>
    public static double Median(IEnumerable<double> numbers) => Quantiles.Median(numbers) ?? double.NaN;

    /// <summary>The distance between the quartiles.</summary>
    public static double Quartiles(IEnumerable<double> numbers)
    {
        double[] all = [.. numbers];
        return (Quantiles.Of(all, 0.75) - Quantiles.Of(all, 0.25)) ?? double.NaN;
    }

    private static double[] Ranks(IReadOnlyList<double> v) => [.. v.Select(x => v.Count(y => y < x) + 0.5 * (v.Count(y => y == x) - 1))];
}
