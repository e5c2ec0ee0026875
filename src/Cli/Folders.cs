using System.CommandLine;
using System.CommandLine.Parsing;

namespace KernelFlow.Cli;

/// <summary>Options and arguments that name a folder or file.</summary>
internal static class Folders
{
    /// <summary>An option that need not be given.</summary>
    public static Option<string?> Option(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "folder" };
        option.Validators.Add(result => Check(result, name));
        return option;
    }

    /// <summary>An option that must be given.</summary>
    public static Option<string> Required(string name, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = "folder", Required = true };
        option.Validators.Add(result => Check(result, name));
        return option;
    }

    /// <summary>An option whose absence means a folder of a fixed name.</summary>
    public static Option<string> WithDefault(string name, string description, string byDefault)
    {
        var option = new Option<string>(name) { Description = $"{description} Default: {byDefault}.", HelpName = "folder",
            DefaultValueFactory = _ => byDefault };
        option.Validators.Add(result => Check(result, name));
        return option;
    }

    /// <summary>An argument.</summary>
    public static Argument<string> Argument(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result => Check(result, name));
        return argument;
    }

    /// <summary>An argument that takes one folder or several.</summary>
    public static Argument<string[]> Arguments(string name, string description)
    {
        var argument = new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.OneOrMore };
        argument.Validators.Add(result =>
        {
            Check(result, name);
            // A list swallows options that do not exist.
            foreach (var word in result.Tokens.Where(t => t.Value.StartsWith('-'))) result.AddError($"unknown option {word.Value}.");
        });
        return argument;
    }

    /// <summary>Refuses names that no folder can have.</summary>
    /// <param name="result">What was given.</param>
    /// <param name="name">The option or argument.</param>
    public static void Check(SymbolResult result, string name)
    {
        foreach (var token in result.Tokens)
            // Of an option, what is empty is refused with its other values.
            if (token.Value.Length == 0 && result is ArgumentResult) result.AddError($"{name}: the name is empty, expected a folder.");
            else if (token.Value.Length > 0 && string.IsNullOrWhiteSpace(token.Value)) result.AddError($"{name}: the name is blank, expected a folder.");
    }
}
