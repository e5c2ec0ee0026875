namespace KernelFlow.Files.Tests;

/// <summary>Temporary names are this tool's alone, and nothing that only looks like one is taken for one.</summary>
public sealed class TemporaryFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static bool IsRunFile(string name) => name is "run.json" or "results.json";

    [Fact]
    public void EveryNameIsNewAndRecognised()
    {
        string first, second;
        using (TemporaryFile.Create(_folder, out first))
        using (TemporaryFile.Create(_folder, out second))
        {
            Assert.NotEqual(first, second);
            Assert.True(TemporaryFile.IsOurs(Path.GetFileName(first)), first);
        }
    }

    [Theory]
    [InlineData("run.json.part", true)]
    [InlineData("results.json.probe.part", true)]
    [InlineData("kernelflow-0123456789abcdef0123456789abcdef.part", true)]
    [InlineData("0123456789abcdef0123456789abcdef.probe.part", true)]
    [InlineData("movie.mp4.part", false)]
    [InlineData("kernelflow-notes.part", false)]
    [InlineData("kernelflow-0123456789abcdef0123456789abcdef.part.mine", false)]
    [InlineData("run.json.part.part", false)]
    [InlineData("run.json", false)]
    [InlineData(".part", false)]
    public void OnlyOwnPatternsAreOwn(string name, bool expected) => Assert.Equal(expected, TemporaryFile.IsOurs(name, IsRunFile));

    [Fact]
    public void LeftoversAreRemovedAndNothingElse()
    {
        string[] kept = ["movie.mp4.part", "run.json", "notes.part"];
        string[] all = ["run.json.part", Path.GetFileName(TemporaryFile.NewPath("")), .. kept];
        foreach (string name in all) File.WriteAllText(Path.Combine(_folder, name), "x");
        File.CreateSymbolicLink(Path.Combine(_folder, "results.json.part"), "notes.part");
        TemporaryFile.RemoveLeftovers(_folder, IsRunFile);
        Assert.Equal([.. kept.Append("results.json.part").Order(StringComparer.Ordinal)],
            Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
    }
}
