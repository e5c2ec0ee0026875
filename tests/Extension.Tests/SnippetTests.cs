namespace Extension.Tests;

/// <summary>What docs/extending.md shows is what compiles here: every line of a snippet stands, in this order, in the file that it names.</summary>
public class SnippetTests
{
    // The C# blocks of the page; the first line of each is a comment with the name of its file, and … stands for what was left out.
    private static List<string[]> Snippets()
    {
        var found = new List<string[]>();
        string[] parts = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "extending.md")).Split("```");
        for (int i = 1; i < parts.Length; i += 2)
            if (parts[i].StartsWith("csharp\n", StringComparison.Ordinal))
                found.Add([.. parts[i].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Skip(1)]);
        return found;
    }

    [Fact]
    public void EveryLineStandsInItsFile()
    {
        var missing = new List<string>();
        foreach (string[] snippet in Snippets())
        {
            string name = snippet[0].Replace("// ", "", StringComparison.Ordinal);
            string[] file = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "examples", name)).Select(line => line.Trim())];
            int next = 0;
            foreach (string line in snippet.Skip(1).Where(line => line != "…"))
            {
                int at = Array.IndexOf(file, line, next);
                if (at < 0) missing.Add($"{name}: {line}");
                else next = at + 1;
            }
        }
        Assert.True(missing.Count == 0, "lines that the file does not have there:\n" + string.Join("\n", missing));
    }

    [Fact]
    public void EveryExampleHasASnippet() => Assert.Equal(
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "examples")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
        Snippets().Select(snippet => snippet[0].Replace("// ", "", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal));
}
