using System.Xml.Linq;

namespace KernelFlow.Architecture.Tests;

/// <summary>What packages say of themselves; `.ci/packages` makes, installs and runs them.</summary>
public sealed class PackageTests
{
    [Fact]
    public void EveryLibraryIsDescribed()
    {
        string[] libraries = [.. Repository.Projects.Where(p => p.StartsWith("src/", StringComparison.Ordinal))];
        var texts = libraries.Select(p => (Project: p, Text: Property(p, "Description") ?? "")).ToArray();
        Assert.All(texts, t => Assert.True(t.Text.Length >= 60, $"{t.Project}: its Description is \"{t.Text}\""));
        Assert.Equal(texts.Length, texts.Select(t => t.Text).Distinct().Count());
        string page = File.ReadAllText(Repository.PathOf("src", "README.md"));
        foreach (string library in libraries.Select(p => Path.GetFileNameWithoutExtension(p)).Where(n => n != "KernelFlow.Cli"))
            Assert.True(page.Contains($"`{library}`", StringComparison.Ordinal), $"src/README.md does not name {library}");
    }

    [Theory]
    [InlineData("Version")]
    [InlineData("Authors")]
    [InlineData("PackageLicenseExpression")]
    [InlineData("RepositoryUrl")]
    public void WhatAllPackagesShareStandsInOnePlace(string property)
    {
        var places = Repository.Tracked().Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) || f.EndsWith(".props", StringComparison.Ordinal))
            .Where(f => Property(f, property) is not null);
        Assert.Equal(["Directory.Build.props"], places);
    }

    [Fact]
    public void OnlyWhatIsUnderSrcIsPacked()
    {
        Assert.Equal("false", Property("Directory.Build.props", "IsPackable"));
        Assert.Equal("true", Property("src/Directory.Build.props", "IsPackable"));
        Assert.All(Repository.Projects, p => Assert.True(Property(p, "IsPackable") is null, $"{p} decides IsPackable itself"));
    }

    [Fact]
    public void EveryPackageHasReadmeLicenceNoticesAndSources()
    {
        var props = XDocument.Load(Repository.PathOf("src", "Directory.Build.props"));
        string[] packed = [.. props.Descendants("None").Where(n => (string?)n.Attribute("Pack") == "true")
            .Select(n => Path.GetFileName((string)n.Attribute("Include")!).Split(')')[^1])];
        Assert.Equal(["LICENSE", "README.md", "THIRD-PARTY-NOTICES.md"], packed.Order(StringComparer.Ordinal));
        Assert.Equal("README.md", Property("src/Directory.Build.props", "PackageReadmeFile"));
        Assert.Equal("snupkg", Property("src/Directory.Build.props", "SymbolPackageFormat"));
        Assert.Equal("true", Property("Directory.Build.props", "EmbedAllSources"));
        Assert.Contains(XDocument.Load(Repository.PathOf("src", "Cli", "KernelFlow.Cli.csproj")).Descendants("None"),
            n => (string?)n.Attribute("Include") == "README.md" && (string?)n.Attribute("Pack") == "true");
    }

    /// <summary>Packages that the libraries and the tool bring along are in the notices, with the version that is used.</summary>
    [Fact]
    public void NoticesNameEveryPackageThatIsBroughtAlong()
    {
        var versions = XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(v => (string)v.Attribute("Include")!, v => (string)v.Attribute("Version")!);
        string notices = File.ReadAllText(Repository.PathOf("THIRD-PARTY-NOTICES.md"));
        var used = Repository.Projects.Where(p => p.StartsWith("src/", StringComparison.Ordinal) || p.StartsWith("validation/", StringComparison.Ordinal))
            .SelectMany(p => XDocument.Load(Repository.PathOf(p)).Descendants("PackageReference")).Select(r => (string)r.Attribute("Include")!).Distinct();
        string[] missing = [.. used.Where(name => !notices.Contains($"| {name} | {versions[name]} |", StringComparison.Ordinal))];
        Assert.True(missing.Length == 0, $"THIRD-PARTY-NOTICES.md has no line for {string.Join(", ", missing.Select(m => $"{m} {versions[m]}"))}");
    }

    [Fact]
    public void EveryProjectHasALockFile()
    {
        var tracked = Repository.Tracked().ToHashSet(StringComparer.Ordinal);
        string[] missing = [.. Repository.Projects.Where(p => !tracked.Contains($"{Path.GetDirectoryName(p)!.Replace('\\', '/')}/packages.lock.json"))];
        Assert.True(missing.Length == 0, "build and commit packages.lock.json of: " + string.Join(", ", missing));
        Assert.Contains("src/Cli/packages.pack.lock.json", tracked);
    }

    /// <summary>Where packages come from is the user's matter: no file names a server of packages.</summary>
    [Fact]
    public void TheExampleNamesAFolderAlone()
    {
        var sources = XDocument.Load(Repository.PathOf("examples", "package", "nuget.config")).Descendants("add").Select(a => (string)a.Attribute("value")!);
        Assert.Equal(["../../artifacts/packages", "obj/packages"], sources);
    }

    private static string? Property(string file, string name) =>
        XDocument.Load(Repository.PathOf(file.Split('/'))).Descendants(name).FirstOrDefault(e => e.Parent?.Name == "PropertyGroup")?.Value;
}
