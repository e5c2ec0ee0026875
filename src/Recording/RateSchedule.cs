namespace KernelFlow;

/// <summary>The learning rates that a run states for its steps. What is kept are the lengths in flow time that follow from them, one per interval between
/// checkpoints: nothing grows with the number of steps.</summary>
public sealed class RateSchedule
{
    private RateSchedule(IReadOnlyList<double> lengths) => Lengths = lengths;

    /// <summary>The sum of the stated learning rates of the steps of each interval.</summary>
    public IReadOnlyList<double> Lengths { get; }

    /// <summary>One rate for all steps.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="steps">Step numbers of the checkpoints, increasing.</param>
    public static RateSchedule Constant(double rate, IReadOnlyList<long> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return new RateSchedule([.. Enumerable.Range(1, Math.Max(0, steps.Count - 1)).Select(k => rate * ((double)steps[k] - steps[k - 1]))]);
    }

    /// <summary>One rate per interval, or one per step from the first checkpoint on; rates of steps after the last checkpoint are not looked at.</summary>
    /// <param name="rates">The rates.</param>
    /// <param name="steps">Step numbers of the checkpoints, increasing.</param>
    /// <returns>The schedule, or null where the number of rates is neither.</returns>
    public static RateSchedule? Of(IReadOnlyList<double> rates, IReadOnlyList<long> steps)
    {
        ArgumentNullException.ThrowIfNull(rates);
        ArgumentNullException.ThrowIfNull(steps);
        if (rates.Count == steps.Count - 1) return new RateSchedule([.. rates.Select((rate, k) => rate * ((double)steps[k + 1] - steps[k]))]);
        if (steps.Count == 0 || steps[^1] - steps[0] > rates.Count) return null;
        double Sum(int k)
        {
            double sum = 0;
            for (long step = steps[k] - steps[0]; step < steps[k + 1] - steps[0]; step++) sum += rates[(int)step];
            return sum;
        }
        return new RateSchedule([.. Enumerable.Range(0, steps.Count - 1).Select(Sum)]);
    }

    /// <summary>The schedule of fewer checkpoints.</summary>
    /// <param name="kept">Their indices, increasing.</param>
    public RateSchedule Subset(IReadOnlyList<int> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return new RateSchedule([.. Enumerable.Range(1, Math.Max(0, kept.Count - 1)).Select(i => Lengths.Skip(kept[i - 1]).Take(kept[i] - kept[i - 1]).Sum())]);
    }
}
