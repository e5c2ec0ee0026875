namespace KernelFlow.Analysis.Consistency;

/// <summary>The intervals of a recording for the training or the test outputs, each with the statistic by which it is judged.</summary>
internal sealed class JudgedSide
{
    /// <summary>Beyond this share of the displacement a difference of interpolants is no estimate of an error any more.</summary>
    public const double LargestBudget = 0.3;

    // The error of an interpolant grows with the third power of the interval.
    private const double Order = 3;

    private readonly IReadOnlyList<SideComparison> _sides;
    private readonly IReadOnlyList<double> _lengths;
    private readonly double?[] _all;

    /// <summary>Judges the intervals.</summary>
    /// <param name="sides">The comparisons.</param>
    /// <param name="lengths">The lengths of the intervals.</param>
    /// <param name="chords">Whether the quadrature is along the chord of a step, with a midpoint: then neighbouring checkpoints tell nothing of its error but
    /// its kinks.</param>
    public JudgedSide(IReadOnlyList<SideComparison> sides, IReadOnlyList<double> lengths, bool chords)
    {
        (_sides, _lengths) = (sides, lengths);
        Roughness = chords ? 1
            : Math.Max(1, Median([.. Inner.Where(k => sides[k].IsFinite && sides[k].Second > 0).Select(k => sides[k].Third / sides[k].Second)]));
        Budgets = [.. Enumerable.Range(0, sides.Count).Select(k => sides[k].Floor + Roughness * Roughness * Math.Max(sides[k].Scale, Neighbours(k)))];
        _all = [.. Enumerable.Range(0, sides.Count).Select(Ratio)];
        Statistics = [.. _all.Select((s, k) => k > 0 && k + 1 < sides.Count ? s : null)];
    }

    /// <summary>How rough J is at the spacing of the checkpoints: the median of its third over its second difference, at least 1. Where J is smooth
    /// and resolved
    /// it is well below 1; kinks and changes faster than the checkpoints leave it at 2 to 5, and estimates of the error are too small by up
    /// to its square.</summary>
    public double Roughness { get; }

    /// <summary>s_k by interval; null where an interval says nothing, and at both ends of the window, where one neighbour is missing and with it the third
    /// difference of J.</summary>
    public IReadOnlyList<double?> Statistics { get; }

    /// <summary>What interpolation and rounding explain of each interval.</summary>
    public IReadOnlyList<double> Budgets { get; }

    /// <summary>How many outputs the side has.</summary>
    public int Outputs => _sides[0].Outputs;

    /// <summary>How many intervals there are.</summary>
    public int Intervals => _sides.Count;

    /// <summary>Whether any of them is predicted to move the outputs.</summary>
    public bool Moves => _sides.Any(s => s.PredictedSquare > 0);

    /// <summary>How many intervals say something.</summary>
    public int Count => Statistics.Count(s => s is not null);

    /// <summary>A quantile of s over the intervals that say something; 0 without any.</summary>
    public double Quantile(double share)
    {
        double[] s = [.. Statistics.OfType<double>().Order()];
        return s.Length == 0 ? 0 : s[Math.Max(0, (int)Math.Ceiling(share * s.Length) - 1)];
    }

    /// <summary>The largest s and its interval.</summary>
    public (double Statistic, int Interval) Largest() => Statistics.Select((s, k) => (s ?? 0, k)).MaxBy(s => s.Item1);

    /// <summary>The largest s of all intervals, those at the ends included.</summary>
    public double LargestOfAll => _all.Max() ?? 0;

    /// <summary>The largest s that two neighbouring intervals both reach: a kink that nothing around it shows is in one interval alone, what is wrong at a
    /// checkpoint in both of its.</summary>
    public double Pair() => Statistics.Zip(Statistics.Skip(1), (a, b) => Math.Min(a ?? 0, b ?? 0)).DefaultIfEmpty().Max();

    /// <summary>a, the factor of recorded on predicted displacements over the third of intervals with the smallest relative budgets, and what these budgets
    /// allow it to be off by.</summary>
    /// <remarks>a is the median of dᵀp/‖p‖² over those intervals: one of them with a kink inside does not move it, a scale that is wrong moves all. An interval
    /// of error e has |a_k − 1| ≤ e/‖p‖, so the largest relative budget of the third bounds the median.</remarks>
    public (double Factor, double Allowance, int Intervals) Regression()
    {
        double Relative(int k) => Budgets[k] / Math.Sqrt(_sides[k].PredictedSquare);
        int[] judged = [.. Enumerable.Range(0, _sides.Count).Where(k => Statistics[k] is not null).OrderBy(Relative)];
        int count = (judged.Length + 2) / 3;
        if (count == 0) return (1, 0, 0);
        double median = Median([.. judged.Take(count).Select(k => _sides[k].Projection / _sides[k].PredictedSquare)]);
        return (median, Relative(judged[count - 1]), count);
    }

    /// <summary>The intervals whose statistic exceeds a limit, those at the ends included: their budget is what their neighbour has for its length.</summary>
    public IEnumerable<int> Failing(double limit) => Enumerable.Range(0, _all.Length).Where(k => _all[k] > limit);

    private IEnumerable<int> Inner => Enumerable.Range(1, Math.Max(0, _sides.Count - 2));

    private double? Ratio(int k) => _sides[k].IsFinite && _sides[k].PredictedSquare > 0 && Budgets[k] < LargestBudget * Math.Sqrt(_sides[k].PredictedSquare)
        ? _sides[k].Error == 0 ? 0 : _sides[k].Error / Budgets[k] : null;

    private static double Median(double[] values)
    {
        if (values.Length == 0) return 0;
        Array.Sort(values);
        return 0.5 * (values[(values.Length - 1) / 2] + values[values.Length / 2]);
    }

    // Where the two interpolants happen to agree, their neighbours tell what they usually differ by; scalars cross zero.
    private double Neighbours(int k)
    {
        double Scaled(int j, double most) => _sides[j].Scale * Math.Min(most, Math.Pow(_lengths[k] / _lengths[j], Order));
        if (_sides.Count < 2) return 0;
        if (k == 0) return Scaled(1, double.PositiveInfinity);
        return k + 1 == _sides.Count ? Scaled(k - 1, double.PositiveInfinity) : 0.5 * (Scaled(k - 1, 1) + Scaled(k + 1, 1));
    }
}
