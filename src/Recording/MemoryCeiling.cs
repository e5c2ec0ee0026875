using System.Globalization;

namespace KernelFlow;

/// <summary>How much memory a computation may hold, in bytes: "8G", "512M", "64K" or a number of bytes.</summary>
/// <param name="Bytes">Positive.</param>
public readonly record struct MemoryCeiling(long Bytes)
{
    /// <summary>No ceiling.</summary>
    public static MemoryCeiling None { get; } = new(long.MaxValue);

    /// <summary>A number with one of the units K, M, G and T (1024, 1024², …) or none; "8GB" and "8GiB" are the same as "8G".</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is no positive amount of memory; the message says what was expected.</exception>
    public static MemoryCeiling Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var ceiling) ? ceiling
            : throw new FormatException($"'{text}' is no amount of memory: expected a positive number with K, M, G or T, such as 8G or 512M.");
    }

    /// <summary>The same without an exception.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ceiling">What it means.</param>
    /// <returns>Whether it means anything.</returns>
    public static bool TryParse(string? text, out MemoryCeiling ceiling)
    {
        ceiling = default;
        if (string.IsNullOrWhiteSpace(text)) return false;
        string number = text.Trim().ToUpperInvariant();
        if (number.EndsWith('B')) number = number[..^1].TrimEnd('I');
        if (number.Length == 0) return false;
        int power = "KMGT".IndexOf(number[^1], StringComparison.Ordinal) + 1;
        if (power > 0) number = number[..^1];
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)) return false;
        double bytes = Math.Floor(value * Math.Pow(1024, power));
        if (!(bytes >= 1 && bytes < 9e18)) return false;
        ceiling = new MemoryCeiling((long)bytes);
        return true;
    }

    /// <summary>The amount in the largest unit that gives at least 1: "512M", "1.5G".</summary>
    public override string ToString()
    {
        if (Bytes == long.MaxValue) return "none";
        double value = Bytes;
        int power = 0;
        for (; power < 4 && value >= 1024; power++) value /= 1024;
        return value.ToString("0.##", CultureInfo.InvariantCulture) + (power == 0 ? "" : "KMGT"[power - 1].ToString());
    }
}
