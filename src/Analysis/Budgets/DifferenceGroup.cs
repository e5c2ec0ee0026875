namespace KernelFlow.Analysis.Budgets;

/// <summary>The local differences of one other model over the whole window.</summary>
/// <param name="Differences">In order of time.</param>
/// <param name="Merged">How many intervals the other model takes as one; 1 where it has all checkpoints.</param>
/// <param name="Phase">At which checkpoint the merged intervals begin.</param>
/// <param name="Weights">What each counts for before anything is left out.</param>
/// <param name="Reach">How many intervals beyond its own a model's checkpoints lie that it looks at.</param>
internal sealed record DifferenceGroup(IReadOnlyList<LocalDifference> Differences, int Merged, int Phase, IReadOnlyList<double> Weights, int Reach)
{
    // Where the error of a merged interval is hardly larger than those of its parts, the difference of the two is no measure of either.
    private const double LeastGrowth = 0.3;

    // The error that an interval makes grows as this power of its length, or as a smaller one.
    private const double Power = 3;

    /// <summary>The differences with weights: one that says nothing of its intervals, or must not, is replaced by what its neighbours predict for their
    /// length.</summary>
    /// <param name="times">Times of the checkpoints.</param>
    /// <param name="leftOut">Intervals whose own differences do not count.</param>
    public IReadOnlyList<(LocalDifference Difference, double Weight)> Weighted(IReadOnlyList<double> times, IReadOnlySet<int> leftOut)
    {
        double[] lengths = [.. Differences.Select(d => Merged == 1 ? d.Where.Single(times, Power) : d.Where.Merged(times, Power) - d.Where.Single(times, Power))];
        bool[] usable = [.. Differences.Select((d, j) => !d.Where.Touches(leftOut, Reach) && (Merged == 1 || lengths[j] >= LeastGrowth * d.Where.Single(times, Power)))];
        if (!usable.Any(u => u)) return [.. Differences.Select((d, j) => (d, Weights[j]))];
        double[] weights = [.. Weights.Select((w, j) => usable[j] ? w : 0)], sizes = [.. Differences.Select((d, j) => d.Size * Weights[j])];
        for (int j = 0; j < usable.Length; j++)
        {
            if (usable[j]) continue;
            int before = j, after = j;
            while (before >= 0 && !usable[before]) before--;
            while (after < usable.Length && !usable[after]) after++;
            if (before < 0) weights[after] += Weights[after] * lengths[j] / lengths[after];
            else if (after >= usable.Length) weights[before] += Weights[before] * lengths[j] / lengths[before];
            else Between(before, after, j);
        }
        return [.. Differences.Select((d, j) => (d, weights[j])).Where(x => x.Item2 > 0)];

        // The geometric mean of what both predict, half of it in the direction of each.
        void Between(int before, int after, int j)
        {
            double a = sizes[before] * lengths[j] / lengths[before], b = sizes[after] * lengths[j] / lengths[after], mean = 0.5 * Math.Sqrt(a * b);
            if (sizes[before] > 0) weights[before] += Weights[before] * mean / sizes[before];
            if (sizes[after] > 0) weights[after] += Weights[after] * mean / sizes[after];
        }
    }

    /// <summary>F: how the error of an interpolant of order q grows where intervals are merged, Σ(Σh)^{q+1}/Σh^{q+1}.</summary>
    public double Growth(IReadOnlyList<double> times, double order) =>
        Differences.Sum(d => d.Where.Merged(times, order + 1)) / Differences.Sum(d => d.Where.Single(times, order + 1));
}
