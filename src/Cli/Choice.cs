using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary>An option with named values, some of which this version knows of but has not built.</summary>
internal static class Choice
{
    /// <summary>Makes the option; a value that is not built is refused by name.</summary>
    /// <param name="name">Name with dashes.</param>
    /// <param name="description">Help text; the values are appended.</param>
    /// <param name="built">Accepted values; the first is the default.</param>
    /// <param name="planned">Values that are refused with "is not built in this version".</param>
    public static Option<string> Of(string name, string description, IReadOnlyList<string> built, params string[] planned)
    {
        var option = new Option<string>(name) { Description = $"{description} One of: {string.Join(", ", built)}.", HelpName = "name", DefaultValueFactory = _ => built[0] };
        option.CompletionSources.Add(_ => built);
        option.Validators.Add(result =>
        {
            if (result.Implicit || result.Tokens.Count != 1) return;
            string value = result.Tokens[0].Value;
            if (built.Contains(value)) return;
            result.AddError($"{name} {value} is {(planned.Contains(value) ? "not built in this version" : "not known")}; use {Words(built)}.");
        });
        return option;
    }

    private static string Words(IReadOnlyList<string> names) => names.Count == 1 ? names[0] : string.Join(", ", names.Take(names.Count - 1)) + " or " + names[^1];
}
