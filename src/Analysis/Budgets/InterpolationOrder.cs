namespace KernelFlow.Analysis.Budgets;

/// <summary>The order of an interpolant, measured from two thinnings of its grid.</summary>
/// <remarks>
/// An interpolant of order q makes an error of h^{q+1} in an interval of length h. Where two intervals are merged, the difference is (h₁ + h₂)^{q+1} −
/// h₁^{q+1} − h₂^{q+1} in the same units, where four are, it is larger by a factor that is 2^{q+1} times one half for equal intervals. Differences are taken
/// by their mean square, of which there are half as many: hence the root of two.
/// </remarks>
internal static class InterpolationOrder
{
    /// <summary>The order of an interpolant on a path that jumps: its least.</summary>
    public const double Least = 1;

    private const double Search = 4;

    /// <summary>q from the ratio of the differences with every fourth and with every second checkpoint, between 1 and the highest.</summary>
    public static double Of(IReadOnlyList<double> times, IEnumerable<MergedIntervals> quads, double ratio, double highest)
    {
        MergedIntervals[] all = [.. quads];
        if (!double.IsFinite(ratio) || all.Length == 0) return Least;
        double low = 0, high = Search;
        for (int i = 0; i < 40; i++)
        {
            double middle = 0.5 * (low + high);
            if (Ratio(times, all, middle) < ratio) low = middle;
            else high = middle;
        }
        return Math.Clamp(0.5 * (low + high), Least, highest);
    }

    private static double Ratio(IReadOnlyList<double> times, MergedIntervals[] quads, double order)
    {
        double e = order + 1, sum = 0;
        foreach (var q in quads)
        {
            double single = q.Single(times, e);
            double pairs = new MergedIntervals(q.First, q.First + 2).Merged(times, e) + new MergedIntervals(q.First + 2, q.Last).Merged(times, e);
            sum += Math.Log((q.Merged(times, e) - single) / (pairs - single));
        }
        return Math.Sqrt(2) * Math.Exp(sum / quads.Length);
    }
}
