using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using KernelFlow.Documentation.Tests;

namespace KernelFlow.Cli.Tests;

/// <summary>Every command line on the pages is one that the tool's own parser takes.</summary>
public sealed partial class DocumentedCommandTests
{
    private const string FromSources = "dotnet run -c Release --project src/Cli -- ";

    [Fact]
    public void WholeLinesParse()
    {
        var lines = Pages.All.SelectMany(Pages.ShellLines).Select(b => b with { Text = Arguments(b.Text) ?? "" }).Where(b => b.Text.Length > 0).ToArray();
        Assert.True(lines.Length >= 40, $"only {lines.Length} command lines were found");
        string[] wrong = [.. lines.SelectMany(line => Wrong(line.Text).Select(error => $"{line}: kernelflow {line.Text}: {error}"))];
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    /// <summary>Within sentences arguments are often left out: there the command and its options have to exist.</summary>
    [Fact]
    public void CommandsAndOptionsWithinSentencesExist()
    {
        var spans = Pages.All.SelectMany(Pages.Inline).Select(b => b with { Text = Arguments(b.Text) ?? "" })
            .Where(b => b.Text.Length > 0 && char.IsAsciiLetterLower(b.Text[0])).ToArray();
        Assert.True(spans.Length >= 15, $"only {spans.Length} commands were found");
        string[] wrong = [.. spans.SelectMany(span => Unknown(span.Text).Select(error => $"{span}: kernelflow {span.Text}: {error}"))];
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    [Theory]
    [InlineData("analyze RUN --out DIR --no-such-option", true)]
    [InlineData("analyse RUN --out DIR", true)]
    [InlineData("analyze RUN --out DIR --modes many", true)]
    [InlineData("analyze RUN --out DIR --modes 10", false)]
    [InlineData("analyze RUN --out DIR [--method NAME] [--no-such-option]", true)]
    [InlineData("analyze RUN --out DIR [--method NAME]", false)]
    public void AWrongLineIsFound(string line, bool wrong) => Assert.Equal(wrong, Wrong(line).Any());

    // The arguments of a line that calls the tool, without variables before it, comments behind it and pipes; null for other lines.
    private static string? Arguments(string line)
    {
        string text = line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line;
        if (text.StartsWith("source <(", StringComparison.Ordinal)) text = text["source <(".Length..].Split(')')[0];
        text = Variables().Replace(text, "");
        if (text.StartsWith(FromSources, StringComparison.Ordinal)) text = "kernelflow " + text[FromSources.Length..];
        if (!text.StartsWith("kernelflow ", StringComparison.Ordinal)) return null;
        text = Comment().Replace(text["kernelflow ".Length..], "");
        text = text.Split(" | ")[0].Split(" && ")[0].Split(" > ")[0].Trim();
        // "`kernelflow` stands for `dotnet run … --`" and lines of a table of files are none.
        return text.Length == 0 || text.StartsWith('{') ? null : text;
    }

    private static IEnumerable<string> Wrong(string line)
    {
        // A synopsis has brackets, alternatives or dots; names of values are in capitals.
        if (line.IndexOfAny(['[', '|', '…']) >= 0 || line.Contains("...", StringComparison.Ordinal)) return Unknown(line);
        var asTheTool = new ParserConfiguration { ResponseFileTokenReplacer = null };
        return Root().Parse([.. CommandLineParser.SplitCommandLine(Valued(line))], asTheTool).Errors.Select(e => e.Message);
    }

    // Values stand for the names of values that a page speaks of.
    private static string Valued(string line) => Number().Replace(line, m => m.Groups[1].Value + "1")
        .Replace("--mode MODE", "--mode flow", StringComparison.Ordinal).Replace("--interpolation NAME", "--interpolation cubic", StringComparison.Ordinal);

    private static IEnumerable<string> Unknown(string text)
    {
        string[] words = text.Split([' ', '[', ']', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
        var root = Root();
        if (words[0] is "COMMAND" || words[0].StartsWith('-')) yield break;
        var command = root.Subcommands.FirstOrDefault(c => c.Name == words[0]);
        if (command is null)
        {
            yield return $"there is no command {words[0]}";
            yield break;
        }
        // Commands of a command: the second word.
        if (command.Subcommands.Count > 0 && words.Length > 1 && command.Subcommands.FirstOrDefault(c => c.Name == words[1]) is { } inner) command = inner;
        // A synopsis may name the options of another command instead of repeating them.
        var known = command.Options.Concat(root.Options.Where(o => o.Recursive)).SelectMany(o => o.Aliases.Append(o.Name)).ToHashSet();
        foreach (string option in words.Where(w => w.StartsWith("--", StringComparison.Ordinal)).Select(w => w.TrimEnd(',', '.', ';', ':').Split('=')[0]))
            if (!known.Contains(option)) yield return $"{command.Name} has no option {option}";
    }

    private static RootCommand Root() => CommandTree.Build(new CliTerminal(TextWriter.Null, TextWriter.Null, interactive: false));

    [GeneratedRegex(@"^(?:[A-Z_]+=(?:\$\([^)]*\)|\S+) )+")]
    private static partial Regex Variables();

    [GeneratedRegex(@"(?:\s{3,}\S.*|\s+#.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(--(?:modes|seed|runs|every|from|to|threshold|rtol|train|test|steps|threads|task|nodes|task-seconds|kernel-rows) )[A-Z]\b")]
    private static partial Regex Number();
}
