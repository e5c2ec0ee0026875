using System.Text.RegularExpressions;

namespace KernelFlow.Architecture.Tests;

/// <summary>What does not belong into the project's files.</summary>
public sealed partial class CleanFilesTests
{
    private static readonly HashSet<string> _text = new(StringComparer.OrdinalIgnoreCase)
        { ".cs", ".csproj", ".props", ".targets", ".sln", ".md", ".json", ".yml", ".yaml", ".py", ".sh", ".txt", ".csv", ".html",
            ".editorconfig", ".gitignore", "" };

    private static IEnumerable<string> TextFiles() =>
        Repository.Tracked().Where(f => _text.Contains(Path.GetExtension(f)) && new FileInfo(Repository.PathOf(f)).Length < 3_000_000);

    [Fact]
    public void NoRegistryHostsAndNoMachinePaths()
    {
        var found = Search(Forbidden());
        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void NothingIsLeftUnfinished()
    {
        var found = Search(Unfinished(), ".cs");
        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Fact]
    public void NoFileIsLargerThanThreeMegabytes()
    {
        string[] large = [.. Repository.Tracked().Where(f => new FileInfo(Repository.PathOf(f)).Length > 3_000_000)];
        Assert.True(large.Length == 0, string.Join(", ", large));
    }

    [Fact]
    public void SourcesEndWithALineFeedAndHaveNoCarriageReturns()
    {
        string[] wrong = [.. TextFiles().Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(Repository.PathOf(f)) is { Length: > 0 } text && (text.Contains('\r') || !text.EndsWith('\n')))];
        Assert.True(wrong.Length == 0, string.Join(", ", wrong));
    }

    private static List<string> Search(Regex pattern, string? extension = null)
    {
        var found = new List<string>();
        foreach (string file in TextFiles().Where(f => extension is null || Path.GetExtension(f) == extension))
        {
            int number = 0;
            foreach (string line in File.ReadLines(Repository.PathOf(file)))
            {
                number++;
                if (pattern.Match(line) is { Success: true } match) found.Add($"{file}:{number}: {match.Value}");
            }
        }
        return found;
    }

    // Written with character classes so that this file does not match itself.
    private const string RegistryHosts = @"api[.]nuget[.]or[g]|registry[.]npmj[s]|deb[.]debian[.]or[g]|pypi[.]or[g]/simpl[e]";
    private const string MachinePaths = @"/wor[k]/\w|/tm[p]/w[t]/|/hom[e]/[a-z]+/|/roo[t]/|[A-Z]:\\User[s]\\";

    [GeneratedRegex(RegistryHosts + "|" + MachinePaths, RegexOptions.CultureInvariant)]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"\bTOD[O]\b|\bFIXM[E]\b|NotImplementedExceptio[n]|\bSki[p]\s*=\s*""", RegexOptions.CultureInvariant)]
    private static partial Regex Unfinished();
}
