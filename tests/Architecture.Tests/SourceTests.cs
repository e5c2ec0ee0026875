using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace KernelFlow.Architecture.Tests;

/// <summary>What holds of every source file: its width, and that nothing in it decides mathematics by comparing strings.</summary>
public sealed partial class SourceTests
{
    private const int Columns = 160;

    /// <summary>
    /// Where names are what is compared, with the reason: text forms and names of files, never a choice of a method, a loss, an optimizer, a
    /// solver, a claim or a mode. A folder ends with a slash. The command line maps names to objects, results and manifests have names as keys.
    /// </summary>
    private static readonly (string Place, string Reason)[] _names =
    [
        ("src/Files/", "file names and how files begin"),
        ("src/Cli/", "maps names of the command line to objects and back"),
        ("src/Bridges/", "keys and names of manifests and tensor files"),
        ("src/Recording/Manifest/", "keys of manifests"),
        ("src/Results/", "names of keys and values of results.json"),
        ("src/Reporting/", "file names and text"),
        ("src/Files/", "names of files and what stands in them"),
        ("src/Numerics/Backend.Resolve.cs", "names of libraries for dense linear algebra"),
        ("src/Numerics/Native/LibraryNames.cs", "names of libraries for dense linear algebra"),
        ("src/Networks/LayerSpec.cs", "text form of a layer"),
        ("src/Networks/Imports/NamePattern.cs", "patterns of file names"),
        ("src/Networks/Imports/TensorReference.cs", "names of files"),
        ("src/Networks/Imports/WholeRun.cs", "names of files and what stands in them"),
        ("validation/Reports/", "file names and text"),
        ("validation/WorkFolders.cs", "file names"),
    ];

    private static IEnumerable<string> Sources(params string[] folders) => Repository.Tracked()
        .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && folders.Any(folder => f.StartsWith(folder + "/", StringComparison.Ordinal)));

    [Fact]
    public void NoLineIsWiderThan160Columns()
    {
        var wide = Sources("src", "tests", "validation", "benchmarks", "hardening")
            .SelectMany(file => File.ReadLines(Repository.PathOf(file)).Select((line, i) => (Place: $"{file}:{i + 1}", line.Length)))
            .Where(l => l.Length > Columns).Select(l => $"{l.Place}: {l.Length} columns").ToArray();
        Assert.True(wide.Length == 0, $"{wide.Length} lines of more than {Columns} columns:\n{string.Join("\n", wide.Take(50))}");
    }

    /// <summary>On Linux .NET's hash functions and random generators abort the process when OpenSSL is missing; only the class that asks for it beforehand may
    /// use them.</summary>
    [Fact]
    public void OnlySha256UsesTheSystemsCryptography()
    {
        var found = Sources("src", "validation").Where(file => File.ReadAllText(Repository.PathOf(file))
            .Contains("System.Security.Cryptography", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["src/Files/Sha256.cs"], found);
    }

    /// <summary>A name that decides what is computed is a choice that the compiler cannot check; it belongs into an object or an enumeration.</summary>
    [Fact]
    public void NoStringComparisonDecidesMathematics()
    {
        var found = new List<string>();
        foreach (string file in Sources("src", "validation").Where(f => !_names.Any(n => f.StartsWith(n.Place, StringComparison.Ordinal))))
        {
            int number = 0;
            foreach (string line in File.ReadLines(Repository.PathOf(file)))
            {
                number++;
                string code = line.TrimStart();
                if (code.StartsWith("//", StringComparison.Ordinal)) continue;
                if (Comparison().IsMatch(code) || Arm().IsMatch(code)) found.Add($"{file}:{number}: {code}");
            }
        }
        Assert.True(found.Count == 0, $"strings compared in {found.Count} lines:\n{string.Join("\n", found)}");
    }

    [Theory]
    [InlineData("if (mode == \"flow\") return;")]
    [InlineData("bool exact = optimizer?.Kind != \"gradient-flow\";")]
    [InlineData("if (method is \"gauss-4\" or \"gauss-6\") return;")]
    [InlineData("if (options.Method.StartsWith(\"gauss\", StringComparison.Ordinal)) return;")]
    [InlineData("case \"squared\": return 1;")]
    [InlineData("\"C1\" or \"C2\" => ClaimKind.Data,")]
    [InlineData("if (string.Equals(solver, \"lanczos\", StringComparison.Ordinal)) return;")]
    [InlineData("if (claim is { Id: \"C4\" }) return;")]
    public void ComparisonsOfChoicesAreSeen(string code) => Assert.True(Comparison().IsMatch(code) || Arm().IsMatch(code), code);

    [Theory]
    [InlineData("if (text == \"\") return;")]
    [InlineData("throw new ArgumentException($\"the name is {name}, expected one of {names}\");")]
    [InlineData("new OperatorCheck(\"symmetry\", defect, limit)")]
    public void OtherStringsAreNot(string code) => Assert.False(Comparison().IsMatch(code) || Arm().IsMatch(code), code);

    /// <summary>A room shows its inner parts to its own tests and to nobody else.</summary>
    [Fact]
    public void InternalsAreVisibleToTheOwnTestsOnly()
    {
        var found = new List<string>();
        foreach (string project in Repository.Projects.Where(p => !p.StartsWith("tests/", StringComparison.Ordinal)))
        {
            string own = "KernelFlow." + Path.GetFileNameWithoutExtension(project)["KernelFlow.".Length..] + ".Tests";
            foreach (var friend in XDocument.Load(Repository.PathOf(project)).Descendants("InternalsVisibleTo").Select(e => e.Attribute("Include")!.Value))
                if (friend != own) found.Add($"{project} -> {friend}");
        }
        foreach (string file in Sources("src", "validation", "benchmarks"))
            if (File.ReadAllText(Repository.PathOf(file)).Contains("InternalsVisibleTo", StringComparison.Ordinal)) found.Add(file);
        Assert.True(found.Count == 0, $"internals visible to others:\n{string.Join("\n", found)}");
    }

    private const string Operators = """(==|!=) \$?"[^"]|\bis (not )?"[^"]|^or "[^"]|\{ \w+: "[^"]""";
    private const string Calls = """\b(StartsWith|EndsWith)\("|\.Equals\([^()]*"[^"]""";

    [GeneratedRegex(Operators + "|" + Calls, RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();

    [GeneratedRegex("""^(case "|"[^"]+"( or "[^"]+")*( when [^=]*)? =>)""", RegexOptions.CultureInvariant)]
    private static partial Regex Arm();
}
