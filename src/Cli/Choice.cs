using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary>An option with named values.</summary>
internal static class Choice
{
    /// <summary>Makes the option; a value that is not known is refused with the list of those that are.</summary>
    /// <param name="name">Name with dashes.</param>
    /// <param name="description">Help text; the values are appended.</param>
    /// <param name="names">Accepted values; the first is the default.</param>
    public static Option<string> Of(string name, string description, IReadOnlyList<string> names)
    {
        var option = new Option<string>(name) { Description = $"{description} One of: {string.Join(", ", names)}.", HelpName = "name",
            DefaultValueFactory = _ => names[0] };
        option.CompletionSources.Add(_ => names);
        option.Validators.Add(result =>
        {
            if (result.Implicit || result.Tokens.Count != 1) return;
            string value = result.Tokens[0].Value;
            if (!names.Contains(value)) result.AddError($"{name} {value} is not known; use {Words(names)}.");
        });
        return option;
    }

    private static string Words(IReadOnlyList<string> names) =>
        names.Count == 1 ? names[0] : string.Join(", ", names.Take(names.Count - 1)) + " or " + names[^1];
}

/// <summary>An option whose names stand for objects.</summary>
/// <param name="name">Name with dashes.</param>
/// <param name="description">Help text; the names are appended.</param>
/// <param name="values">The objects by their names; the first is the default.</param>
internal sealed class Choice<T>(string name, string description, IReadOnlyList<(string Name, T Value)> values)
{
    /// <summary>The option itself, to be added to a command.</summary>
    public Option<string> Option { get; } = Choice.Of(name, description, [.. values.Select(v => v.Name)]);

    /// <summary>The object that was named.</summary>
    public T Of(ParseResult parsed)
    {
        string chosen = parsed.GetRequiredValue(Option);
        return values.First(v => v.Name == chosen).Value;
    }
}
