using System.CommandLine;
using System.Text.RegularExpressions;

namespace KernelFlow.Cli;

/// <summary>Options whose values are the members of an enumeration, spelt as on a command line: EveryStep is every-step.</summary>
internal static partial class NamedValue
{
    /// <summary>Makes the option.</summary>
    public static Option<T?> Of<T>(string name, string description, T byDefault) where T : struct, Enum
    {
        var values = Enum.GetValues<T>().ToDictionary(Spell, v => v);
        var option = new Option<T?>(name)
        {
            Description = $"{description} One of: {string.Join(", ", values.Keys)}. Default: {Spell(byDefault)}.",
            HelpName = "name",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (values.TryGetValue(text, out var value)) return value;
                result.AddError($"{name} {text} is not known; use one of {string.Join(", ", values.Keys)}.");
                return null;
            },
        };
        option.CompletionSources.Add(_ => values.Keys);
        return option;
    }

    /// <summary>GradientDescent → gradient-descent.</summary>
    public static string Spell<T>(T value) where T : struct, Enum => WordStart().Replace(value.ToString(), "-$0").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]")]
    private static partial Regex WordStart();
}
