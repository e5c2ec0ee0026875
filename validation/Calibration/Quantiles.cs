namespace KernelFlow.Validation.Calibration;

/// <summary>Order statistics of the numbers of a cell.</summary>
internal static class Quantiles
{
    /// <summary>The quantile, linear between order statistics; null where there are no numbers.</summary>
    public static double? Of(IEnumerable<double> numbers, double q)
    {
        double[] sorted = [.. numbers.Order()];
        if (sorted.Length == 0) return null;
        double place = q * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    /// <summary>The median.</summary>
    public static double? Median(IEnumerable<double> numbers) => Of(numbers, 0.5);
}
