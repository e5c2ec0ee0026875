using System.CommandLine;
using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary>What the parser did not understand, with the nearest thing it would have.</summary>
internal static class UsageErrors
{
    /// <summary>Writes every error, suggestions and where to read more.</summary>
    public static void Write(ParseResult parsed, TextWriter error)
    {
        var command = parsed.CommandResult.Command;
        if (command is RootCommand && parsed.Tokens.Count == 0)
        {
            error.WriteLine("error: a command is missing. The commands are:");
            foreach (var c in command.Subcommands.Where(c => !c.Hidden)) error.WriteLine($"  {c.Name,-11} {c.Description}");
            error.WriteLine("See kernelflow --help.");
            return;
        }
        // An unknown word makes the parser complain about what it then misses, and about the words that belong to the unknown one.
        string[] unknown = [.. parsed.UnmatchedTokens.Where(t => t.StartsWith('-'))];
        if (unknown.Length == 0) unknown = [.. parsed.UnmatchedTokens.Take(1)];
        var messages = unknown.Length > 0 ? unknown.Select(t => Unknown(command, t)) : parsed.Errors.Select(e => e.Message);
        Write(command, messages, error);
    }

    /// <summary>Writes messages about a command and where to read more.</summary>
    public static void Write(Command command, IEnumerable<string> messages, TextWriter error)
    {
        foreach (string message in messages.Distinct()) error.WriteLine($"error: {PrintableText.Message(message)}");
        string path = string.Join(' ', command.Parents.OfType<Command>().Where(c => c is not RootCommand).Select(c => c.Name).Append(command.Name)
            .Where(_ => command is not RootCommand).Prepend("kernelflow"));
        error.WriteLine($"See {path} --help.");
    }

    private static string Unknown(Command command, string token)
    {
        bool option = token.StartsWith('-');
        string[] known = option
            ? [.. command.Options.Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options).Where(o => o.Recursive))
                .Where(o => !o.Hidden).Select(o => o.Name)]
            : [.. command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)];
        string what = option ? $"unknown option {token}" : known.Length > 0 ? $"unknown command {token}" : $"unexpected argument {token}";
        string word = token.Split('=', ':')[0];
        string? nearest = NearestWord.Of(word, known);
        return nearest is null ? what + "." : $"{what}. Did you mean {nearest}?";
    }
}
