using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace KernelFlow.Architecture.Tests;

/// <summary>The arrows of docs/architecture.md, in the project files and in what was compiled.</summary>
public sealed class DependencyTests
{
    /// <summary>What each project may reach, directly or through others. A project that is not listed here fails the first test.</summary>
    private static readonly Dictionary<string, string[]> _arrows = new()
    {
        ["src/Files"] = [],
        ["src/Numerics"] = [],
        ["src/Recording"] = ["src/Numerics", "src/Files"],
        ["src/Results"] = ["src/Files"],
        ["src/Operators"] = ["src/Recording"],
        ["src/Integrators"] = ["src/Operators"],
        ["src/Spectral"] = ["src/Operators"],
        ["src/Bridges"] = ["src/Recording", "src/Files"],
        ["src/Networks"] = ["src/Bridges"],
        ["src/Analysis"] = ["src/Integrators", "src/Spectral", "src/Bridges", "src/Results"],
        ["src/Reporting"] = ["src/Results"],
        ["src/Bridges.DataAnalysis"] = ["src/Reporting"],
        ["validation"] = ["src/Analysis", "src/Reporting", "src/Networks"],
        ["src/Cli"] = ["src/Analysis", "src/Reporting", "src/Networks", "validation"],
    };

    /// <summary>Libraries that exist for a package of somebody else's.</summary>
    private static readonly Dictionary<string, string[]> _packages = new()
    {
        ["KernelFlow.Bridges.DataAnalysis"] = ["Microsoft.Data.Analysis"],
    };

    public static TheoryData<string> ProductProjects()
    {
        var data = new TheoryData<string>();
        foreach (string project in Repository.Projects.Where(p => p.StartsWith("src/", StringComparison.Ordinal)
            || p.StartsWith("validation/", StringComparison.Ordinal))) data.Add(project);
        return data;
    }

    [Theory]
    [MemberData(nameof(ProductProjects))]
    public void AProjectReferencesOnlyWhatItsArrowsAllow(string project)
    {
        string folder = Path.GetDirectoryName(project)!.Replace('\\', '/');
        Assert.True(_arrows.ContainsKey(Layer(folder)), $"{folder} has no place in the architecture: add it to docs/architecture.md and to this test.");
        foreach (string target in Repository.References(project))
            Assert.True(_arrows[Layer(folder)].Contains(Layer(target)) || Layer(target) == Layer(folder),
                $"{folder} references {target}; allowed: {string.Join(", ", _arrows[Layer(folder)])}");
    }

    [Theory]
    [MemberData(nameof(ProductProjects))]
    public void TransitiveReferencesStayBelow(string project)
    {
        string folder = Path.GetDirectoryName(project)!.Replace('\\', '/');
        var allowed = Reachable(Layer(folder));
        foreach (string target in Closure(project))
            Assert.True(allowed.Contains(Layer(target)), $"{folder} reaches {target} through its references; allowed: {string.Join(", ", allowed)}");
    }

    [Fact]
    public void TheSiblingsDoNotKnowEachOther()
    {
        string[] siblings = ["src/Integrators", "src/Spectral", "src/Bridges"];
        foreach (string sibling in siblings)
            foreach (string project in Repository.Projects.Where(p => p.StartsWith(sibling + "/", StringComparison.Ordinal)))
                Assert.Empty(Closure(project).Intersect(siblings).Except([sibling]));
    }

    public static TheoryData<string> Libraries() => [.. _arrows.Keys.Where(layer => layer != "src/Cli").Select(Assembly)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void CompiledAssembliesReferenceOnlyWhatTheArrowsAllow(string assembly)
    {
        string[] allowed = [.. Reachable(_arrows.Keys.Single(layer => Assembly(layer) == assembly)).Select(Assembly)];
        string[] found = [.. ReferencesOf(assembly).Where(r => r.StartsWith("KernelFlow", StringComparison.Ordinal) || r == "kernelflow")];
        Assert.True(!found.Except(allowed).Any(), $"{assembly} uses {string.Join(", ", found.Except(allowed))}; allowed: {string.Join(", ", allowed)}");
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void LibrariesBringNoOtherPackages(string assembly)
    {
        string[] allowed = ["MathNet.Numerics", "System.Numerics.Tensors", .. _packages.GetValueOrDefault(assembly, [])];
        string[] found = [.. ReferencesOf(assembly).Where(r => !r.StartsWith("KernelFlow", StringComparison.Ordinal) && !IsPlatform(r))];
        Assert.True(!found.Except(allowed).Any(), $"{assembly} uses {string.Join(", ", found.Except(allowed))}");
    }

    /// <summary>What is process-wide is for programs to decide.</summary>
    [Fact]
    public void NoLibraryRegistersABackendWithMathNet()
    {
        string[] callers = [.. Repository.Tracked()
            .Where(f => f.StartsWith("src/", StringComparison.Ordinal) && !f.StartsWith("src/Cli/", StringComparison.Ordinal)
            && f.EndsWith(".cs", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(Repository.PathOf(f)).Contains("RegisterWithMathNet(", StringComparison.Ordinal))];
        Assert.Equal(["src/Numerics/Backend.Register.cs"], callers);
    }

    [Fact]
    public void EveryProjectIsInTheSolution()
    {
        string solution = File.ReadAllText(Repository.PathOf("Analysis.sln")).Replace('\\', '/');
        string[] missing = [.. Repository.Projects.Where(p => !solution.Contains($"\"{p}\"", StringComparison.Ordinal))];
        Assert.True(missing.Length == 0, $"not in Analysis.sln: {string.Join(", ", missing)}");
    }

    [Fact]
    public void EverySourceProjectHasItsTestProject()
    {
        string[] missing = [.. Directory.EnumerateDirectories(Repository.PathOf("src")).Where(d => Directory.EnumerateFiles(d, "*.csproj").Any())
            .Select(d => Path.GetFileName(d))
            .Where(name => !Repository.Projects.Any(p => p.StartsWith($"tests/{name.Split('.')[^1]}.Tests/", StringComparison.Ordinal)))];
        Assert.True(missing.Length == 0, $"without tests: {string.Join(", ", missing)}");
    }

    /// <summary>src/Bridges.TorchSharp, which has no arrows of its own, belongs to the layer of src/Bridges.</summary>
    private static string Layer(string folder) => folder.StartsWith("validation", StringComparison.Ordinal) ? "validation"
        : _arrows.ContainsKey(folder) ? folder : folder.Split('.')[0];

    /// <summary>"src/Numerics" is compiled to KernelFlow.Numerics, "validation" to KernelFlow.Validation.</summary>
    private static string Assembly(string layer) => "KernelFlow." + (layer == "validation" ? "Validation" : layer["src/".Length..]);

    private static HashSet<string> Reachable(string layer)
    {
        var reached = new HashSet<string> { layer };
        foreach (string next in _arrows[layer]) reached.UnionWith(Reachable(next));
        return reached;
    }

    private static HashSet<string> Closure(string project)
    {
        var reached = new HashSet<string>();
        void Visit(string file)
        {
            foreach (string folder in Repository.References(file))
                if (reached.Add(folder)) Visit(Repository.Projects.Single(p => Path.GetDirectoryName(p)!.Replace('\\', '/') == folder));
        }
        Visit(project);
        return reached;
    }

    private static IEnumerable<string> ReferencesOf(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll")));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name))];
    }

    private static bool IsPlatform(string name)
    {
        if (name is "mscorlib" or "netstandard") return true;
        string platform = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return File.Exists(Path.Combine(platform, name + ".dll"));
    }
}
