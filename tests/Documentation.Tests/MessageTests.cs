using System.Text.RegularExpressions;

namespace KernelFlow.Documentation.Tests;

/// <summary>Messages that the pages explain are messages that the program has.</summary>
public sealed partial class MessageTests
{
    private static readonly Lazy<string> s_sources = new(() => string.Concat(new[] { "src", "validation" }
        .SelectMany(folder => Directory.EnumerateFiles(SourceTree.PathOf(folder), "*.cs", SearchOption.AllDirectories))
        .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")).Order(StringComparer.Ordinal)
        // Texts that are put together over several lines are one text, and what stands for itself in a string has no backslash in a message.
        .Select(f => Joined().Replace(File.ReadAllText(f), "").Replace("\\\"", "\"", StringComparison.Ordinal))));

    [Theory]
    [InlineData("docs/troubleshooting.md", 25)]
    [InlineData("docs/errors.md", 60)]
    public void EveryMessageExists(string page, int atLeast)
    {
        var messages = Messages(page).ToArray();
        Assert.True(messages.Length >= atLeast, $"only {messages.Length} messages were found");
        string[] missing = [.. messages.SelectMany(m => Fragments(m.Text).Where(f => !s_sources.Value.Contains(f, StringComparison.Ordinal))
            .Select(f => $"{m}: no message has \"{f}\" (of `{m.Text}`)"))];
        Assert.True(missing.Length == 0, string.Join("\n", missing));
    }

    [Theory]
    [InlineData("found … at index […], expected finite numbers", true)]
    [InlineData("found … at index […], expected nice numbers", false)]
    public void AMessageThatNothingWritesIsFound(string message, bool exists) =>
        Assert.Equal(exists, Fragments(message).All(f => s_sources.Value.Contains(f, StringComparison.Ordinal)));

    // The first column of the tables; a table whose first column is headed "message of another program" is not ours.
    private static IEnumerable<Block> Messages(string page)
    {
        bool ours = false;
        int number = 0;
        foreach (string line in Pages.Text(page).Split('\n'))
        {
            number++;
            if (line.StartsWith("| message", StringComparison.Ordinal)) ours = !line.StartsWith("| message of another program", StringComparison.Ordinal);
            if (!ours || !line.StartsWith("| `", StringComparison.Ordinal)) continue;
            foreach (Match match in Code().Matches(line.Split(" | ")[0])) yield return new(page, number, match.Groups[1].Value);
        }
    }

    // What varies stands as "…", in brackets or as NaN; what stands before a colon is often put there by another class than the rest. Pieces of fewer than
    // four characters say nothing.
    private static IEnumerable<string> Fragments(string message) =>
        message.Split(["…", "[", "]", "NaN", ": "], StringSplitOptions.TrimEntries).Select(f => f.Trim(' ', '\'', ':', ';', ',', '.', '"'))
            .Where(f => f.Length >= 4);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("""(?:"\s*\r?\n?\s*\+\s*\r?\n?\s*[$@]*")""")]
    private static partial Regex Joined();
}
