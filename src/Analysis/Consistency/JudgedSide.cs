namespace KernelFlow.Analysis.Consistency;

/// <summary>The intervals of a recording for the training or the test outputs, each with the statistic by which it is judged.</summary>
internal sealed class JudgedSide
{
    // Beyond this share of the displacement a difference of interpolants is no estimate of an error any more.
    private const double LargestBudget = 0.3;

    // The error of an interpolant grows with the third power of the interval.
    private const double Order = 3;

    private readonly IReadOnlyList<SideComparison> _sides;

    /// <summary>Judges the intervals.</summary>
    /// <param name="sides">The comparisons.</param>
    /// <param name="lengths">The lengths of the intervals.</param>
    public JudgedSide(IReadOnlyList<SideComparison> sides, IReadOnlyList<double> lengths)
    {
        _sides = sides;
        var statistics = new double?[sides.Count];
        var budgets = new double[sides.Count];
        for (int k = 0; k < sides.Count; k++)
        {
            budgets[k] = sides[k].Floor + Math.Max(sides[k].Scale, Neighbours(k, lengths));
            // At the ends of the window one neighbour is missing, and with it the third difference of J.
            bool inner = k > 0 && k + 1 < sides.Count;
            if (inner && sides[k].IsFinite && sides[k].PredictedSquare > 0 && budgets[k] < LargestBudget * Math.Sqrt(sides[k].PredictedSquare))
                statistics[k] = sides[k].Error == 0 ? 0 : sides[k].Error / budgets[k];
        }
        (Statistics, Budgets) = (statistics, budgets);
    }

    /// <summary>s_k by interval; null where an interval says nothing.</summary>
    public IReadOnlyList<double?> Statistics { get; }

    /// <summary>What interpolation and rounding explain of each interval.</summary>
    public IReadOnlyList<double> Budgets { get; }

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

    /// <summary>a, the regression factor of the recorded on the predicted displacements over the third of intervals with the smallest relative budgets, and what
    /// these budgets allow it to be off by.</summary>
    /// <remarks>a = Σ w dᵀp / Σ w‖p‖² with w = 1/e² for intervals of budget e, so that |a − 1| ≤ Σ w e‖p‖ / Σ w‖p‖² whatever the directions of the
    /// errors.</remarks>
    public (double Factor, double Allowance, int Intervals) Regression()
    {
        int[] judged = [.. Enumerable.Range(0, _sides.Count).Where(k => Statistics[k] is not null)
            .OrderBy(k => Budgets[k] / Math.Sqrt(_sides[k].PredictedSquare))];
        int count = (judged.Length + 2) / 3;
        double numerator = 0, denominator = 0, allowed = 0;
        foreach (int k in judged.Take(count))
        {
            double p = Math.Sqrt(_sides[k].PredictedSquare), weight = p / Budgets[k];
            if (!double.IsFinite(weight)) continue;
            numerator += weight * weight * (_sides[k].Projection / (p * p));
            denominator += weight * weight;
            allowed += weight;
        }
        return denominator > 0 ? (numerator / denominator, allowed / denominator, count) : (1, 0, 0);
    }

    // Where the two interpolants happen to agree, their neighbours tell what they usually differ by; scalars cross zero.
    private double Neighbours(int k, IReadOnlyList<double> lengths)
    {
        if (k == 0 || k + 1 == _sides.Count) return 0;
        double Scaled(int j) => _sides[j].Scale * Math.Min(1, Math.Pow(lengths[k] / lengths[j], Order));
        return 0.5 * (Scaled(k - 1) + Scaled(k + 1));
    }
}
