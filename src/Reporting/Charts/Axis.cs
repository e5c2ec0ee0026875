using KernelFlow.Files;
using System.Globalization;

namespace KernelFlow.Reporting.Charts;

/// <summary>One mark on an axis.</summary>
/// <param name="Value">The value at which the mark stands.</param>
/// <param name="Label">What it says; empty for a minor mark.</param>
public readonly record struct Tick(double Value, string Label);

/// <summary>An axis: a range, linear or logarithmic, with round ticks and a label that names the unit.</summary>
public sealed class Axis
{
    private const double Smallest = 1e-290, Largest = 1e290;

    private Axis(string label, double min, double max, bool isLog, IReadOnlyList<Tick> ticks)
    {
        Label = label;
        Min = min;
        Max = max;
        IsLog = isLog;
        Ticks = ticks;
    }

    /// <summary>Quantity and unit.</summary>
    public string Label { get; }

    /// <summary>Left or lower end.</summary>
    public double Min { get; }

    /// <summary>Right or upper end.</summary>
    public double Max { get; }

    /// <summary>Whether equal distances are equal ratios.</summary>
    public bool IsLog { get; }

    /// <summary>Marks inside the range, ascending.</summary>
    public IReadOnlyList<Tick> Ticks { get; }

    /// <summary>A linear axis that holds all finite values, widened to round ends.</summary>
    /// <param name="label">Quantity and unit.</param>
    /// <param name="values">What will be drawn; others are ignored.</param>
    /// <param name="count">About how many ticks.</param>
    /// <param name="round">Whether to widen the range to ticks; otherwise it ends at the values.</param>
    public static Axis Linear(string label, IEnumerable<double> values, int count = 5, bool round = true)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(values);
        var (min, max) = Range(values.Where(double.IsFinite));
        // Values that agree to rounding leave no room for ticks between them.
        if (max - min <= 1e-12 * Math.Max(Math.Abs(min), Math.Abs(max)))
            (min, max) = min == 0 ? (0, 1) : (min - Math.Abs(min) / 2, max + Math.Abs(max) / 2);
        double step = RoundStep((max - min) / count);
        if (round) (min, max) = (Math.Floor(min / step + 1e-9) * step, Math.Ceiling(max / step - 1e-9) * step);
        double first = Math.Ceiling(min / step - 1e-9);
        int ticks = (int)(Math.Floor(max / step + 1e-9) - first) + 1;
        var (labels, offset) = TickLabels.Of(first, ticks, step);
        return new Axis(label + offset, min, max, false, [.. labels.Select((text, i) => new Tick((first + i) * step, text))]);
    }

    /// <summary>A logarithmic axis over the positive values, widened to whole decades.</summary>
    /// <param name="label">Quantity and unit.</param>
    /// <param name="values">What will be drawn; those that are not positive cannot be.</param>
    /// <param name="decades">At most so many decades, counted from the top; lower values are not drawn.</param>
    /// <param name="round">Whether to widen the range to whole decades; otherwise it ends at the values.</param>
    public static Axis Log(string label, IEnumerable<double> values, int decades = 18, bool round = true)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(values);
        var (min, max) = Range(values.Where(v => double.IsFinite(v) && v >= Smallest).DefaultIfEmpty(1));
        int low = (int)Math.Floor(Math.Log10(min) + 1e-9), high = (int)Math.Ceiling(Math.Log10(max) - 1e-9);
        if (high == low) high++;
        low = Math.Max(low, high - decades);
        int every = Math.Max(1, (high - low + 5) / 6);
        var ticks = new List<Tick>();
        for (int e = low; e <= high; e++)
        {
            ticks.Add(new Tick(Math.Pow(10, e), (e - low) % every == 0 ? Power(e) : ""));
            if (high - low <= 3 && e < high)
                for (int m = 2; m < 10; m++) ticks.Add(new Tick(m * Math.Pow(10, e), high - low == 1 && m is (2 or 5)
                    ? NumberText.Short(m * Math.Pow(10, e), 2) : ""));
        }
        double first = round || max <= min ? Math.Pow(10, low) : Math.Max(min, Math.Pow(10, low)), last = round || max <= min ? Math.Pow(10, high) : max;
        return new Axis(label, first, last, true, [.. ticks.Where(t => t.Value >= first * (1 - 1e-9) && t.Value <= last * (1 + 1e-9))]);
    }

    /// <summary>Whether a value can be drawn.</summary>
    public bool Holds(double value) =>
        double.IsFinite(value) && value >= Min * (IsLog ? 1 - 1e-9 : 1) - (IsLog ? 0 : 1e-9 * (Max - Min)) && value <= Max + 1e-9 * Math.Abs(Max);

    /// <summary>Share of the axis's length at a value: 0 at <see cref="Min"/>, 1 at <see cref="Max"/>.</summary>
    public double Share(double value) => Math.Clamp(IsLog ? Math.Log(value / Min) / Math.Log(Max / Min) : (value - Min) / (Max - Min), 0, 1);

    private static (double Min, double Max) Range(IEnumerable<double> values)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity;
        foreach (double v in values) (min, max) = (Math.Min(min, v), Math.Max(max, v));
        if (!(min <= max)) return (0, 1);
        // Differences and powers of ten of what is drawn must be numbers.
        (min, max) = (Math.Clamp(min, -Largest, Largest), Math.Clamp(max, -Largest, Largest));
        return max - min < Smallest && Math.Abs(max) < Smallest ? (0, 0) : (min, max);
    }

    private static double RoundStep(double step)
    {
        double decade = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / decade) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 } * decade;
    }

    private static string Power(int exponent) => exponent switch
    {
        0 => "1",
        1 => "10",
        _ => "10" + string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0'])),
    };
}
