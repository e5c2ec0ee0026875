using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.Globalization;

namespace KernelFlow.Cli;

/// <summary>Answers <c>[suggest:N] LINE</c>: what can stand at character N of a command line, one word a line, each once.</summary>
/// <remarks>Where the name of a file can stand, nothing is answered, and the shell completes files. Options come when the word begins with a dash; those that
/// were given already do not come again, nor do the other names of one (<c>-h</c> and <c>-?</c> beside <c>--help</c>).</remarks>
internal sealed class Suggestions(SuggestDirective directive, CliTerminal terminal) : SynchronousCommandLineAction
{
    /// <summary>The name that the line begins with, where it begins with one.</summary>
    private const string Program = "kernelflow";

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        string line = parseResult.Tokens.Select(t => t.Value).LastOrDefault(t => !t.StartsWith("[suggest", StringComparison.Ordinal)) ?? "";
        string? where = parseResult.GetResult(directive)?.Values.FirstOrDefault();
        int position = int.TryParse(where, CultureInfo.InvariantCulture, out int n) ? Math.Clamp(n, 0, line.Length) : line.Length;
        foreach (string word in At(parseResult.RootCommandResult.Command, line[..position])) terminal.Out.WriteLine(word);
        return ExitCodes.Done;
    }

    /// <summary>What can stand at the end of a line.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="line">The line up to the cursor, with or without the name of the program.</param>
    internal static IReadOnlyList<string> At(Command root, string line)
    {
        string[] words = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        string word = line.Length == 0 || line[^1] == ' ' ? "" : words[^1];
        // The name itself is being typed only where a line has nothing else.
        if (words.Length > 0 && IsProgram(words[0])) line = line[(line.IndexOf(words[0], StringComparison.Ordinal) + words[0].Length)..];
        // An option's value after =, as the shells hand it over: in one word with the option.
        if (word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=') is > 0 and var equals)
        {
            string option = word[..equals], value = word[(equals + 1)..];
            return [.. Found(root, line[..^(word.Length - equals)] + " " + value, value).Select(v => $"{option}={v}")];
        }
        return Found(root, line, word);
    }

    private static IReadOnlyList<string> Found(Command root, string line, string word)
    {
        var parsed = root.Parse(line, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var words = word.StartsWith('-') ? Options(parsed, word) : Values(parsed);
        return [.. words.Where(text => text.StartsWith(word, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    // The library takes a word behind a switch for the switch's value, and proposes no options then.
    private static IEnumerable<string> Options(ParseResult parsed, string word)
    {
        var command = parsed.CommandResult.Command;
        return command.Options.Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options).Where(o => o.Recursive)).Where(o => !o.Hidden)
            .Where(o => o.Name == word || o.Arity.MaximumNumberOfValues > 1 || parsed.GetResult(o) is null or { Implicit: true }).Select(o => o.Name);
    }

    // Names of files are the shell's to complete; of a switch nobody writes the value.
    private static IEnumerable<string> Values(ParseResult parsed) =>
        parsed.GetCompletions().Select(c => c.InsertText ?? c.Label).Where(text => text[0] is not ('-' or '/') && !bool.TryParse(text, out _));

    private static bool IsProgram(string word) =>
        Path.GetFileNameWithoutExtension(word.Split('/', '\\')[^1]).Equals(Program, StringComparison.OrdinalIgnoreCase);
}
