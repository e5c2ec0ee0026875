using System.Text.RegularExpressions;

namespace KernelFlow.Analysis.Tests;

/// <summary>The messages listed in docs/errors.md are those of the code: every fixed part of each stands in the source.</summary>
public partial class DocumentedMessagesTests
{
    [Fact]
    public void EveryDocumentedDefectStandsInTheSource()
    {
        string section = File.ReadAllText(SourceTree.PathOf("docs", "errors.md")).Split("## Defects of a run")[1];
        string source = string.Join('\n', Directory.EnumerateFiles(SourceTree.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText));
        source = Joins().Replace(source, ""); // a message may be broken over several lines
        string[] messages = [.. section.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(l => Quoted().Matches(l.Split('|')[1]).Select(m => m.Groups[1].Value))];
        Assert.True(messages.Length > 20, $"{messages.Length} messages");
        foreach (string message in messages)
            foreach (string part in message.Split('…', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                Assert.True(source.Contains(part, StringComparison.Ordinal), $"docs/errors.md: \"{part}\" of \"{message}\" is in no source file");
    }

    [GeneratedRegex("\"\\)?\\s*\\+\\s*(FormattableString\\.Invariant\\(\\s*)?\\$?\"")]
    private static partial Regex Joins();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
