using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary>Options whose values are the members of an enumeration, spelt as on a command line: EveryStep is every-step.</summary>
internal static class NamedValue
{
    /// <summary>Makes the option.</summary>
    public static Option<T?> Of<T>(string name, string description, T byDefault) where T : struct, Enum
    {
        string names = string.Join(", ", OptionName.All<T>());
        var option = new Option<T?>(name)
        {
            Description = $"{description} One of: {names}. Default: {OptionName.Of(byDefault)}.",
            HelpName = "name",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (OptionName.All<T>().Contains(text)) return OptionName.Parse<T>(text);
                result.AddError($"{name} {text} is not known; use one of {names}.");
                return null;
            },
        };
        option.CompletionSources.Add(_ => OptionName.All<T>());
        return option;
    }
}
