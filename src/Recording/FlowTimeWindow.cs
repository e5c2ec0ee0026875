using System.Globalization;

namespace KernelFlow;

/// <summary>The one rule by which flow times name checkpoints: matched to 1e-9 relative, otherwise refused with the nearest.</summary>
public static class FlowTimeWindow
{
    /// <summary>Indices of the first and the last checkpoint of the window.</summary>
    /// <param name="times">Flow times of the checkpoints, strictly increasing, at least two.</param>
    /// <param name="from">Time of the first checkpoint of the window; null for the run's first.</param>
    /// <param name="to">Time of the last checkpoint of the window; null for the run's last.</param>
    /// <exception cref="ArgumentException">A time is not that of a checkpoint, or the window holds fewer than two.</exception>
    public static (int First, int Last) Find(IReadOnlyList<double> times, double? from, double? to)
    {
        ArgumentNullException.ThrowIfNull(times);
        int first = from is { } f ? IndexOf(times, f, "from") : 0, last = to is { } t ? IndexOf(times, t, "to") : times.Count - 1;
        if (last <= first) throw new ArgumentException($"The window from {Text(times[first])} to {Text(times[last])} holds fewer than two checkpoints.");
        return (first, last);
    }

    // An integration takes no step below 16·ε·|t|, which is up to 32 places of the last digit of t; an interval must be longer than one such step.
    private const int FewestPlaces = 40;

    /// <summary>Why two times cannot be those of neighbouring checkpoints; null where they can.</summary>
    /// <param name="before">The time of the earlier checkpoint.</param>
    /// <param name="after">The time of the later one.</param>
    public static string? Obstacle(double before, double after)
    {
        if (!(after >= before)) return "time must increase";
        if (after == before)
            return "time must increase: both are at one flow time, so the learning rate between them was 0; leave one of them out, or give the step a "
                + "rate that is too small to matter";
        double place = Math.BitIncrement(Math.Max(Math.Abs(before), Math.Abs(after))) - Math.Max(Math.Abs(before), Math.Abs(after));
        return after - before < FewestPlaces * place ? "the two times are the same to rounding; leave one of the checkpoints out" : null;
    }

    /// <summary>A flow time as text that reads back to the same number.</summary>
    public static string Text(double time) => time.ToString("R", CultureInfo.InvariantCulture);

    private static int IndexOf(IReadOnlyList<double> times, double time, string argument)
    {
        int nearest = Enumerable.Range(0, times.Count).MinBy(i => Math.Abs(times[i] - time));
        double found = times[nearest];
        if (Math.Abs(found - time) <= 1e-9 * Math.Max(Math.Abs(found), Math.Abs(time))) return nearest;
        throw new ArgumentException($"{argument}: {Text(time)} is not the time of a checkpoint; the nearest is {Text(found)}.");
    }
}
