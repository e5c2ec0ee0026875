namespace KernelFlow.Files.Tests;

/// <summary>What makes a folder somebody else's.</summary>
public sealed class OwnFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static bool IsOwn(string name) => name is "run.json" or "tables/claims.csv" or "figures/";

    private string? Foreign(bool isMarked = true) => OwnFolder.FirstForeign(_folder, isMarked, IsOwn);

    private void Make(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, name))!);
        File.WriteAllText(Path.Combine(_folder, name), "x");
    }

    [Fact]
    public void OwnFilesLeftoversAndWhatFileManagersLeaveAreNotForeign()
    {
        string[] names = ["run.json", "tables/claims.csv", "run.json.part", ".DS_Store", "tables/Thumbs.db", "desktop.ini", FolderLock.FileName];
        foreach (string name in names) Make(name);
        Directory.CreateDirectory(Path.Combine(_folder, "figures"));
        Make(Path.Combine(TemporaryFile.NewPath(""), "half.svg"));
        Assert.Null(Foreign());
    }

    [Fact]
    public void WithoutTheMarkNoFinishedFileIsOwn()
    {
        Make("run.json.part");
        Make(".DS_Store");
        Assert.Null(Foreign(isMarked: false));
        Make("run.json");
        Assert.Equal("run.json", Foreign(isMarked: false));
    }

    [Theory]
    [InlineData("movie.mp4.part")]
    [InlineData("tables/notes.txt")]
    [InlineData("other/run.json")]
    public void AnotherFileIsForeign(string name)
    {
        Make("run.json");
        Make(name);
        Assert.Equal(name, Foreign());
    }

    /// <summary>A full disk may leave a folder that was to take files, and nothing else.</summary>
    [Fact]
    public void AnEmptyFolderOfOurNameIsNotForeign()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "figures"));
        Assert.Null(Foreign(isMarked: false));
    }

    [Fact]
    public void AnEmptyFolderAndLinksAreForeign()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        Assert.Equal("empty", Foreign());
        Directory.Delete(Path.Combine(_folder, "empty"));
        File.CreateSymbolicLink(Path.Combine(_folder, "loop"), ".");
        Assert.Equal("loop", Foreign());
        File.Delete(Path.Combine(_folder, "loop"));
        File.CreateSymbolicLink(Path.Combine(_folder, "run.json.part"), "elsewhere");
        Assert.Equal("run.json.part", Foreign());
    }

    [Theory]
    [InlineData("\uFEFF{ \"format\": \"a run\" }", "a run")]
    [InlineData("{ \"format\": 1 }", null)]
    [InlineData("[1]", null)]
    [InlineData("", null)]
    [InlineData("{ \"format\": \"\\ud800\" }", null)]
    public void TheMarkIsReadFromJson(string text, string? expected)
    {
        File.WriteAllText(Path.Combine(_folder, "run.json"), text);
        Assert.Equal(expected, OwnFolder.Text(Path.Combine(_folder, "run.json"), "format"));
        Assert.Null(OwnFolder.Text(Path.Combine(_folder, "missing.json"), "format"));
    }
}
