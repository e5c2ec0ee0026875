
namespace KernelFlow.Analysis.Tests;

/// <summary>The table of claims in docs/theory/claims.md is that of the catalogue.</summary>
public class DocumentedClaimsTests
{
    [Fact]
    public void TheTableIsThatOfTheCatalogue()
    {
        string page = File.ReadAllText(SourceTree.PathOf("docs", "theory", "claims.md"));
        string[] expected =
        [
            "| id | name | kind | statement | equation | needs |",
            "|---|---|---|---|---|---|",
            .. ClaimCatalogue.All.Select(c => $"| {c.Id} | {c.Name} | {c.Kind.Name()} | {c.Statement} | {c.Equation} | {c.Needs} |"),
        ];
        string[] found = [.. page.Split('\n').Where(l => l.StartsWith('|'))];
        Assert.Equal(expected, found);
    }
}
