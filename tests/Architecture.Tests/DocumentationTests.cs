using System.Globalization;
using System.Text.RegularExpressions;

namespace KernelFlow.Architecture.Tests;

/// <summary>What the documentation points at is there: pages, tests, programs, sections of the theory.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] s_pages =
    [
        .. Repository.Tracked().Where(f => f.EndsWith(".md", StringComparison.Ordinal))
            .Where(f => f.StartsWith("docs/", StringComparison.Ordinal) || !f.Contains('/')),
    ];

    [Fact]
    public void LinksLeadToFiles()
    {
        string[] missing =
        [
            .. Found(Link()).Where(f => !f.Value.Contains("://", StringComparison.Ordinal) && !f.Value.StartsWith('#'))
                .Where(f => !Exists(Path.Combine(Path.GetDirectoryName(f.Page)!, f.Value.Split('#')[0]))).Select(f => $"{f.Page}: {f.Value}"),
        ];
        Assert.True(missing.Length == 0, string.Join("\n", missing));
    }

    [Fact]
    public void LinksLeadToHeadings()
    {
        string[] missing =
        [
            .. Found(Link()).Where(f => f.Value.Contains('#') && !f.Value.Contains("://", StringComparison.Ordinal))
                .Select(f => (f.Page, f.Value, Parts: f.Value.Split('#')))
                .Select(f => (f.Page, f.Value, Heading: f.Parts[1], To: f.Parts[0].Length == 0 ? f.Page : Beside(f.Page, f.Parts[0])))
                .Where(f => f.To.EndsWith(".md", StringComparison.Ordinal) && !Anchors(f.To).Contains(f.Heading)).Select(f => $"{f.Page}: {f.Value}"),
        ];
        Assert.True(missing.Length == 0, string.Join("\n", missing));
    }

    [Theory]
    [InlineData("What `auto` chooses", "what-auto-chooses")]
    [InlineData("Golub–Kahan–Lanczos", "golubkahanlanczos")]
    [InlineData("7. Scale", "7-scale")]
    public void AHeadingHasTheAnchorThatItIsShownWith(string heading, string anchor) => Assert.Equal(anchor, Anchor(heading));

    [Fact]
    public void NamedTestsAndProgramsExist()
    {
        var names = Repository.Tracked().Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);
        string[] missing =
        [
            .. Found(TestClass()).Where(f => !names.Contains(f.Value)).Select(f => $"{f.Page}: {f.Value}"),
            // What a build makes need not be there.
            .. Found(Program()).Where(f => !Exists(f.Value.Split("/bin/")[0])).Select(f => $"{f.Page}: {f.Value}"),
        ];
        Assert.True(missing.Length == 0, string.Join("\n", missing));
    }

    [Fact]
    public void TheIndexNamesEveryPageOnce()
    {
        var rows = Text("docs/README.md").Split('\n').Where(l => l.StartsWith("| [", StringComparison.Ordinal)).Select(l => Link().Match(l).Groups[1].Value);
        var pages = s_pages.Where(p => Path.GetDirectoryName(p) == "docs" && p != "docs/README.md").Select(p => Path.GetFileName(p)).Append("theory/README.md");
        Assert.Equal(pages.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    /// <summary>Sections keep their numbers: comments, reports and messages cite them.</summary>
    [Fact]
    public void EverySectionOfTheTheoryIsOnAPage()
    {
        string[] pages = [.. s_pages.Where(p => p.StartsWith("docs/theory/", StringComparison.Ordinal))];
        var sections = pages.SelectMany(p => Section().Matches(Text(p)).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)));
        Assert.Equal(Enumerable.Range(1, 9), sections.Order());
        string index = Text("docs/theory.md"), map = Text("docs/theory/README.md");
        foreach (string name in pages.Select(p => Path.GetFileName(p)).Where(n => n != "README.md"))
        {
            Assert.True(index.Contains($"(theory/{name})", StringComparison.Ordinal), $"docs/theory.md does not lead to {name}");
            Assert.True(map.Contains($"({name})", StringComparison.Ordinal), $"docs/theory/README.md does not lead to {name}");
        }
    }

    private static IEnumerable<(string Page, string Value)> Found(Regex pattern) =>
        s_pages.SelectMany(page => pattern.Matches(Text(page)).Select(m => (page, m.Groups[1].Value)));

    private static string Beside(string page, string other) => Path.Combine(Path.GetDirectoryName(page)!, other);

    private static HashSet<string> Anchors(string page) =>
        [.. Heading().Matches(File.ReadAllText(Repository.PathOf(page))).Select(m => Anchor(m.Groups[1].Value.Trim()))];

    // As code hosts and the site make them: lower case, without punctuation, spaces as hyphens.
    private static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c));

    private static string Text(string page) => File.ReadAllText(Repository.PathOf(page));

    private static bool Exists(string path) => File.Exists(Repository.PathOf(path)) || Directory.Exists(Repository.PathOf(path));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"`([A-Z]\w+Tests)`")]
    private static partial Regex TestClass();

    [GeneratedRegex(@"((?:benchmarks|hardening|validation|examples|tests)/[A-Za-z][\w./-]*\w)")]
    private static partial Regex Program();

    [GeneratedRegex(@"^## ([1-9])\. ", RegexOptions.Multiline)]
    private static partial Regex Section();
}
