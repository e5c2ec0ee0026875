using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace KernelFlow.Cli;

/// <summary>Options that are numbers, read the same under every culture (the library would parse 1.5 as 15 under de-DE).</summary>
internal static class Numbers
{
    /// <summary>An option that takes a real number.</summary>
    /// <param name="name">Name with dashes.</param>
    /// <param name="description">Help text.</param>
    /// <param name="allowed">Which values are allowed.</param>
    /// <param name="range">The same in words: "between 1e-13 and 1e-2".</param>
    public static Option<double?> Real(string name, string description, Func<double, bool> allowed, string range) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                result.AddError($"{name}: {text} is not a number (write it as 0.001 or 1e-3).");
            else if (!double.IsFinite(value) || !allowed(value)) result.AddError($"{name}: {text} is out of range; it must be {range}.");
            else return value;
            return null;
        },
    };

    /// <summary>An option that takes a real number or one word, which is read as NaN.</summary>
    /// <param name="word">The word.</param>
    /// <param name="name">Name with dashes.</param>
    /// <param name="description">Help text.</param>
    /// <param name="allowed">Which numbers are allowed.</param>
    /// <param name="range">The same in words.</param>
    public static Option<double?> RealOr(string word, string name, string description, Func<double, bool> allowed, string range) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (text == word) return double.NaN;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                result.AddError($"{name}: {text} is not a number (write it as 0.001 or 1e-3, or {word}).");
            else if (!double.IsFinite(value) || !allowed(value)) result.AddError($"{name}: {text} is out of range; it must be {range}, or {word}.");
            else return value;
            return null;
        },
    };

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int?> Whole(string name, string description, int least, int most = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "count",
        CustomParser = result => Parse(result, name, least, most) is { } value ? (int)value : null,
    };

    /// <summary>An option that takes a seed.</summary>
    public static Option<long?> Seed(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "seed",
        CustomParser = result => Parse(result, name, 0, long.MaxValue),
    };

    /// <summary>A whole number among the values of an option that may be given several times.</summary>
    public static int? Whole(ArgumentResult result, string name, string text, int least) =>
        Parse(result, name, text, least, int.MaxValue) is { } value ? (int)value : null;

    private static long? Parse(ArgumentResult result, string name, long least, long most) => Parse(result, name, result.Tokens[0].Value, least, most);

    private static long? Parse(ArgumentResult result, string name, string text, long least, long most)
    {
        string range = most >= int.MaxValue ? $"at least {least.ToString(CultureInfo.InvariantCulture)}"
            : string.Create(CultureInfo.InvariantCulture, $"between {least} and {most}");
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
            result.AddError($"{name}: {text} is not a whole number.");
        else if (value < least || value > most) result.AddError($"{name}: {text} is out of range; it must be {range}.");
        else return value;
        return null;
    }
}
