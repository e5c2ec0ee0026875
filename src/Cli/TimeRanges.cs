using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace KernelFlow.Cli;

/// <summary>Options that are windows of flow time: FROM:TO, read the same under every culture.</summary>
internal static class TimeRanges
{
    /// <summary>An option that may be given several times.</summary>
    public static Option<CompareWindow?[]> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FROM:TO",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(t => Parse(result, name, t.Value))],
    };

    private static CompareWindow? Parse(ArgumentResult result, string name, string text)
    {
        string[] ends = text.Split(':');
        if (ends.Length != 2)
        {
            result.AddError($"{name}: {text} is not a window (write it as 0:12.5, :12.5 or 12.5:).");
            return null;
        }
        double? from = Time(ends[0]), to = Time(ends[1]);
        if (from is double.NaN || to is double.NaN) result.AddError($"{name}: {text} is not a window (write it as 0:12.5, :12.5 or 12.5:).");
        else if (from is { } a && to is { } b && !(b > a)) result.AddError($"{name}: {text} ends before it begins.");
        else return new CompareWindow(from, to);
        return null;
    }

    // NaN stands for what is not a number.
    private static double? Time(string text) =>
        text.Length == 0 ? null
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value
            : double.NaN;
}
