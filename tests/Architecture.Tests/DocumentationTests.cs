using System.Text.RegularExpressions;

namespace KernelFlow.Architecture.Tests;

/// <summary>What the documentation points at is there: pages, tests, programs, sections of the theory.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] s_pages = [.. Repository.Tracked().Where(f => f.EndsWith(".md", StringComparison.Ordinal) && (f.StartsWith("docs/", StringComparison.Ordinal) || !f.Contains('/')))];

    [Fact]
    public void LinksLeadToFiles()
    {
        string[] missing =
        [
            .. s_pages.SelectMany(page => Link().Matches(Text(page)).Select(m => m.Groups[1].Value)
                .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
                .Where(target => !Exists(Path.Combine(Path.GetDirectoryName(page)!, target.Split('#')[0])))
                .Select(target => $"{page}: {target}")),
        ];
        Assert.True(missing.Length == 0, string.Join("\n", missing));
    }

    [Fact]
    public void NamedTestsAndProgramsExist()
    {
        var names = Repository.Tracked().Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);
        string[] missing =
        [
            .. s_pages.SelectMany(page => TestClass().Matches(Text(page)).Select(m => m.Groups[1].Value).Where(name => !names.Contains(name)).Select(name => $"{page}: {name}")),
            .. s_pages.SelectMany(page => Program().Matches(Text(page)).Select(m => m.Value.Split("/bin/")[0]).Where(path => !Exists(path)).Select(path => $"{page}: {path}")),
        ];
        Assert.True(missing.Length == 0, string.Join("\n", missing.Distinct()));
    }

    [Fact]
    public void TheIndexNamesEveryPageOnce()
    {
        string[] rows = [.. Text("docs/README.md").Split('\n').Where(l => l.StartsWith("| [", StringComparison.Ordinal)).Select(l => Link().Match(l).Groups[1].Value)];
        string[] pages = [.. s_pages.Where(p => Path.GetDirectoryName(p) == "docs" && p != "docs/README.md").Select(p => Path.GetFileName(p)), "theory/README.md"];
        Assert.Equal(pages.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    /// <summary>Sections keep their numbers: comments, reports and messages cite them.</summary>
    [Fact]
    public void EverySectionOfTheTheoryIsOnAPage()
    {
        string[] pages = [.. s_pages.Where(p => p.StartsWith("docs/theory/", StringComparison.Ordinal))];
        int[] sections = [.. pages.SelectMany(p => Section().Matches(Text(p)).Select(m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))).Order()];
        Assert.Equal(Enumerable.Range(1, 9), sections);
        string index = Text("docs/theory.md"), map = Text("docs/theory/README.md");
        foreach (string name in pages.Select(p => Path.GetFileName(p)).Where(n => n != "README.md"))
        {
            Assert.True(index.Contains($"(theory/{name})", StringComparison.Ordinal), $"docs/theory.md does not lead to {name}");
            Assert.True(map.Contains($"({name})", StringComparison.Ordinal), $"docs/theory/README.md does not lead to {name}");
        }
    }

    private static string Text(string page) => File.ReadAllText(Repository.PathOf(page));

    private static bool Exists(string path) => File.Exists(Repository.PathOf(path)) || Directory.Exists(Repository.PathOf(path));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([A-Z]\w+Tests)`")]
    private static partial Regex TestClass();

    [GeneratedRegex(@"(?:benchmarks|validation|examples|tests)/[A-Za-z][\w./-]*\w")]
    private static partial Regex Program();

    [GeneratedRegex(@"^## ([1-9])\. ", RegexOptions.Multiline)]
    private static partial Regex Section();
}
