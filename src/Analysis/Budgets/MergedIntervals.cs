namespace KernelFlow.Analysis.Budgets;

/// <summary>Neighbouring intervals between checkpoints that another model takes as one.</summary>
/// <param name="First">Checkpoint at which they begin.</param>
/// <param name="Last">Checkpoint at which they end.</param>
internal readonly record struct MergedIntervals(int First, int Last)
{
    /// <summary>Σ h^e over the intervals that were merged.</summary>
    public double Single(IReadOnlyList<double> times, double exponent)
    {
        double sum = 0;
        for (int k = First; k < Last; k++) sum += Math.Pow(times[k + 1] - times[k], exponent);
        return sum;
    }

    /// <summary>(Σ h)^e.</summary>
    public double Merged(IReadOnlyList<double> times, double exponent) => Math.Pow(times[Last] - times[First], exponent);

    /// <summary>Whether one of the intervals, or of those beside them, is in a set.</summary>
    public bool Touches(IReadOnlySet<int> intervals, int beside)
    {
        for (int k = First - beside; k < Last + beside; k++)
            if (intervals.Contains(k)) return true;
        return false;
    }

    /// <summary>Every n-th checkpoint from a phase on, in whole groups of n intervals.</summary>
    public static IReadOnlyList<MergedIntervals> Groups(int count, int n, int phase)
    {
        var groups = new List<MergedIntervals>();
        for (int k = phase; k + n < count; k += n) groups.Add(new MergedIntervals(k, k + n));
        return groups;
    }
}
