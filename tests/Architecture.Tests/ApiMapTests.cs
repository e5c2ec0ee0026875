using System.Reflection;
using System.Text.RegularExpressions;

namespace KernelFlow.Architecture.Tests;

/// <summary>docs/api-map.md: every library with its namespaces and what it brings, and no type that is not there.</summary>
public sealed partial class ApiMapTests
{
    // Library, what it brings, namespaces, types.
    private static readonly Dictionary<string, string[]> s_rows = File.ReadLines(Repository.PathOf("docs", "api-map.md"))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|').Skip(1).Select(c => c.Trim()).ToArray())
        .ToDictionary(cells => cells[0].Trim('`'));

    private static readonly string[] s_libraries =
        [.. Directory.GetFiles(Repository.PathOf("tests", "Architecture.Tests", "PublicApi"), "*.txt").Select(f => Path.GetFileNameWithoutExtension(f))];

    private static IEnumerable<string> Quoted(string cell) => Name().Matches(cell).Select(m => m.Groups[1].Value);

    [Fact]
    public void EveryLibraryStandsInIt() => Assert.Equal(s_libraries.Order(StringComparer.Ordinal), s_rows.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void EachHasItsNamespacesAndTypesThatExist()
    {
        foreach (string library in s_libraries)
        {
            var types = Assembly.Load(library).GetExportedTypes();
            Assert.Equal(types.Select(t => t.Namespace).Distinct().Order(StringComparer.Ordinal), Quoted(s_rows[library][3]).Order(StringComparer.Ordinal));
            string[] missing = [.. Quoted(s_rows[library][4]).Where(n => n.Contains('.') ? false : types.All(t => t.Name.Split('`')[0] != n))];
            Assert.True(missing.Length == 0, $"{library} has no public {string.Join(", ", missing)}");
            Assert.NotEmpty(Quoted(s_rows[library][4]));
        }
    }

    /// <summary>What a library brings by itself: the row names what its project references, leaving out what these bring in turn.</summary>
    [Fact]
    public void EachBringsWhatItsProjectReferences()
    {
        foreach (string project in Repository.Projects.Where(p => s_libraries.Contains(Path.GetFileNameWithoutExtension(p))))
        {
            string library = Path.GetFileNameWithoutExtension(project);
            string[] named = [.. s_rows[library][2].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
            string[] there = [.. Repository.References(project).Select(folder => folder.Split('/')[^1])];
            Assert.True(named.Order(StringComparer.Ordinal).SequenceEqual(there.Except(["Files"]).Union(there.Intersect(named)).Order(StringComparer.Ordinal)),
                $"{library} references {string.Join(", ", there)}; the map says {string.Join(", ", named)}");
        }
    }

    [GeneratedRegex(@"`([A-Za-z.]+)(?:<T>)?`")]
    private static partial Regex Name();
}
