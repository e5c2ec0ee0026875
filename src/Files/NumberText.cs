using System.Globalization;

namespace KernelFlow.Files;

/// <summary>Numbers as text, the same under every culture.</summary>
public static class NumberText
{
    /// <summary>What stands for a number that is not there.</summary>
    public const string None = "–";

    /// <summary>The shortest text that reads back as the same number: for files that programs read.</summary>
    public static string RoundTrip(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : NotFinite(value, "inf");

    /// <summary>A few significant digits for people: 0.00412, 19, 1.2e-8.</summary>
    /// <param name="value">The number; null and NaN print as a dash and NaN.</param>
    /// <param name="digits">Significant digits.</param>
    public static string Short(double? value, int digits = 3)
    {
        if (value is not { } x) return None;
        if (!double.IsFinite(x)) return NotFinite(x, "∞");
        if (x == 0) return "0";
        double magnitude = Math.Abs(x);
        return magnitude is >= 1e-3 and < 1e5
            ? Math.Round(x, Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(magnitude)), 0, 15)).ToString("0.###############", CultureInfo.InvariantCulture)
            : x.ToString("0." + new string('#', digits - 1) + "e0", CultureInfo.InvariantCulture);
    }

    /// <summary>A ratio as a percentage with about two significant digits, exact powers of ten below 0.01 %.</summary>
    public static string Percent(double? value) => value is { } x && double.IsFinite(x) ? Short(100 * x, 2) + " %" : Short(value);

    /// <summary>A count.</summary>
    public static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string NotFinite(double value, string infinity) => double.IsNaN(value) ? "NaN" : value > 0 ? infinity : "-" + infinity;
}
