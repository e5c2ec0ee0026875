using System.Globalization;
using KernelFlow.Files;

namespace KernelFlow.Reporting.Charts;

/// <summary>What the ticks of a linear axis say: short, true to the step, and all different.</summary>
internal static class TickLabels
{
    private const int Longest = 9;

    /// <summary>The labels of multiples of a step.</summary>
    /// <param name="first">The first multiple, k.</param>
    /// <param name="count">How many ticks.</param>
    /// <param name="step">The distance of two ticks, positive.</param>
    /// <returns>The labels, and what the axis adds to its own label: empty, or the number that was taken off every tick.</returns>
    public static (string[] Labels, string Offset) Of(double first, int count, double step)
    {
        double[] values = [.. Enumerable.Range(0, count).Select(i => (first + i) * step)];
        string[] labels = [.. values.Select(v => Text(v, step))];
        double largest = values.Select(Math.Abs).DefaultIfEmpty(0).Max();
        // Two digits after the point are all that the exponential form has.
        bool exact = largest < 1e5 || Math.Floor(Math.Log10(largest)) - Math.Floor(Math.Log10(step)) <= 2;
        if (exact && IsGood(labels)) return (labels, "");
        if (largest < 1e7 && step >= 1)
        {
            labels = [.. values.Select(v => v.ToString("0", CultureInfo.InvariantCulture))];
            if (IsGood(labels)) return (labels, "");
        }
        // The ticks are close together far from zero: they count from the first of them.
        double offset = first * step;
        string sign = offset < 0 ? "+" : "−";
        return ([.. Enumerable.Range(0, count).Select(i => Text(i * step, step))], $" {sign} {NumberText.RoundTrip(Math.Abs(offset))}");
    }

    private static bool IsGood(string[] labels) => labels.All(l => l.Length <= Longest) && labels.Distinct(StringComparer.Ordinal).Count() == labels.Length;

    private static string Text(double value, double step) =>
        Math.Abs(value) < step * 1e-6 ? "0"
        : Math.Abs(value) is >= 1e5 or < 1e-3 ? value.ToString("0.##e0", CultureInfo.InvariantCulture)
        : Math.Round(value, Math.Clamp((int)Math.Ceiling(-Math.Log10(step)), 0, 12)).ToString(CultureInfo.InvariantCulture);
}
