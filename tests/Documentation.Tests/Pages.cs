using System.Text.RegularExpressions;

namespace KernelFlow.Documentation.Tests;

/// <summary>The pages that users read, and the blocks in them.</summary>
internal static partial class Pages
{
    /// <summary>README, the guides, the theory, and what packages and examples say of themselves; relative to the root.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "README.md", "CONTRIBUTING.md", "src/README.md", "src/Cli/README.md", .. Under("docs"), .. Under("examples"),
    ];

    public static string Text(string page) => File.ReadAllText(SourceTree.PathOf(page.Split('/')));

    /// <summary>Blocks between fences of one language.</summary>
    public static IEnumerable<Block> Fenced(string page, string language)
    {
        string[] lines = Text(page).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimEnd() != "```" + language) continue;
            int first = i + 1;
            while (lines[++i].TrimEnd() != "```") { }
            yield return new(page, first + 1, string.Join('\n', lines[first..i]));
        }
    }

    /// <summary>Lines of a shell: those indented by four columns or between fences without a language or of a shell, continued lines joined.</summary>
    public static IEnumerable<Block> ShellLines(string page)
    {
        string[] lines = Text(page).Split('\n');
        bool inside = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal)) inside = !inside && lines[i].TrimEnd() is "```" or "```sh" or "```bash" or "```text";
            if (!inside && !lines[i].StartsWith("    ", StringComparison.Ordinal)) continue;
            int first = i;
            string line = lines[i].Trim();
            while (line.EndsWith('\\') && i + 1 < lines.Length) line = line[..^1] + " " + lines[++i].Trim();
            yield return new(page, first + 1, line);
        }
    }

    /// <summary>Code within a line: `…`.</summary>
    public static IEnumerable<Block> Inline(string page)
    {
        int number = 0;
        foreach (string line in Text(page).Split('\n'))
        {
            number++;
            foreach (Match match in Code().Matches(line)) yield return new(page, number, match.Groups[1].Value);
        }
    }

    // What a program left in a folder beside the examples, or what they installed, is no page.
    private static IEnumerable<string> Under(string folder) =>
        Directory.EnumerateFiles(SourceTree.PathOf(folder), "*.md", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(SourceTree.Root, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(part => part is "bin" or "obj" or "report")).Order(StringComparer.Ordinal);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}

/// <summary>A piece of a page.</summary>
internal sealed record Block(string Page, int Line, string Text)
{
    public override string ToString() => $"{Page}:{Line}";
}
