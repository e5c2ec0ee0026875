using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>What figures have in common.</summary>
public static class Drawn
{
    /// <summary>At most so many points of one series; the tables have all of them.</summary>
    public const int MostPoints = 1500;

    /// <summary>Logarithmic when times are spread geometrically; t = 0 cannot be shown then, which the note says.</summary>
    public static (Axis Axis, string Note) TimeAxis(double[] times)
    {
        ArgumentNullException.ThrowIfNull(times);
        double first = times.Where(t => t > 0).DefaultIfEmpty(1).Min();
        return times.Min() >= 0 && times.Max() / first > 50
            ? (Axis.Log("flow time t", times, round: false), times.Min() == 0 ? " The start, t = 0, lies off the logarithmic axis." : "")
            : (Axis.Linear("flow time t", times, round: false), "");
    }

    /// <summary>Names of times that a scale shows at its ends and in its middle: as few digits as tell these apart.</summary>
    /// <param name="times">The times of the columns.</param>
    public static Func<int, string> Times(IReadOnlyList<double> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        double[] shown = times.Count == 0 ? [] : [.. new[] { times[0], times[times.Count / 2], times[^1] }.Distinct()];
        int digits = 4;
        while (digits < 16 && shown.Select(t => Short(t, digits)).Distinct(StringComparer.Ordinal).Count() < shown.Length) digits++;
        return k => Short(times[k], digits);
    }

    /// <summary>Indices 0..count−1, every k-th of them when there are too many.</summary>
    public static IEnumerable<int> Thin(int count)
    {
        int every = Math.Max(1, (count + MostPoints - 1) / MostPoints);
        for (int i = 0; i < count; i += every) yield return i;
    }

    /// <summary>How many points the axes could not hold, and why.</summary>
    public static string Missing(Chart chart, string why)
    {
        ArgumentNullException.ThrowIfNull(chart);
        ArgumentNullException.ThrowIfNull(why);
        return chart.Dropped == 0 ? "" : $" {Count(chart.Dropped)} not shown: they {why}.";
    }

    /// <summary>Text cut to a length.</summary>
    public static string Shorten(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= length ? text
            : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";
    }
}
