using KernelFlow.Numerics;
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
    public static double Correlation(double[] a, double[] b) => VectorRoutines.Correlation(a, b) ?? double.NaN;

    /// <summary>Spearman's rank correlation; NaN where one of the two does not vary.</summary>
    public static double RankCorrelation(IReadOnlyList<double> a, IReadOnlyList<double> b) => Numerics.RankCorrelation.Of(a, b) ?? double.NaN;

    /// <summary>The median; NaN where there are no numbers.</summary>
    public static double Median(IEnumerable<double> numbers) => Quantiles.Median(numbers) ?? double.NaN;

    /// <summary>The distance between the quartiles.</summary>
    public static double Quartiles(IEnumerable<double> numbers)
    {
        double[] all = [.. numbers];
        return (Quantiles.Of(all, 0.75) - Quantiles.Of(all, 0.25)) ?? double.NaN;
    }
}
