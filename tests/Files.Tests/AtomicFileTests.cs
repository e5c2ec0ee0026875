using System.Text;

namespace KernelFlow.Files.Tests;

/// <summary>A file is whole or as it was before, whatever happens while it is written.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-files-").FullName;

    private string Target => Path.Combine(_folder, "results.json");

    private string[] Names => [.. Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ANewFileIsWhole()
    {
        AtomicFile.WriteAllText(Target, "θ = 1\n");
        Assert.Equal(Encoding.UTF8.GetBytes("θ = 1\n"), File.ReadAllBytes(Target));
        Assert.Equal(["results.json"], Names);
    }

    /// <summary>What is on the disk between the last byte and the rename is what a kill there leaves: the old file, and
    /// a temporary one that nobody reads.</summary>
    [Fact]
    public void AKillBetweenWriteAndRenameLeavesTheOldFile()
    {
        AtomicFile.WriteAllText(Target, "old");
        string? atKill = null;
        string[] namesAtKill = [];
        AtomicFile.Write(Target, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            atKill = File.ReadAllText(Target);
            namesAtKill = Names;
        });
        Assert.Equal("old", atKill);
        Assert.Equal(2, namesAtKill.Length);
        Assert.Single(namesAtKill, TemporaryFile.IsOurs);
        Assert.Equal("new", File.ReadAllText(Target));
    }

    /// <summary>A link under the name that earlier versions wrote to first, and one under the file's own: what they lead to is somebody else's.</summary>
    [Theory]
    [InlineData("results.json.part")]
    [InlineData("results.json")]
    public void ALinkIsNotWrittenThrough(string link)
    {
        string victim = Path.Combine(_folder, "victim");
        File.WriteAllText(victim, "precious");
        File.CreateSymbolicLink(Path.Combine(_folder, link), "victim");
        AtomicFile.WriteAllText(Target, "new");
        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Equal("new", File.ReadAllText(Target));
        Assert.Null(new FileInfo(Target).LinkTarget);
    }

    [Fact]
    public void AFailureLeavesTheOldFileAndNoTemporaryOne()
    {
        AtomicFile.WriteAllText(Target, "old");
        var thrown = Assert.Throws<InvalidDataException>(() => AtomicFile.Write(Target, stream =>
        {
            stream.Write(new byte[1 << 20]);
            throw new InvalidDataException("not a number");
        }));
        Assert.Equal("not a number", thrown.Message);
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Equal(["results.json"], Names);
    }

    [Fact]
    public void AFailureOfTheFirstWritingLeavesNothing()
    {
        Assert.Throws<InvalidDataException>(() => AtomicFile.Write(Target, _ => throw new InvalidDataException()));
        Assert.Empty(Names);
    }

    [Fact]
    public void AFolderThatIsNotThereIsAnError() =>
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.WriteAllText(Path.Combine(_folder, "no", "results.json"), ""));

    /// <summary>One after the other, from several threads: the file is always one of the texts, whole.</summary>
    [Fact]
    public void TwoWritersInTurnLeaveTheLastOnesFile()
    {
        string[] texts = [new string('a', 300_000), new string('b', 200_000)];
        for (int i = 0; i < 6; i++)
        {
            var writer = new Thread(() => AtomicFile.WriteAllText(Target, texts[i % 2]));
            writer.Start();
            writer.Join();
            string seen = File.ReadAllText(Target);
            Assert.True(seen == texts[i % 2], $"writing {i}: found {seen.Length} characters, expected {texts[i % 2].Length}");
        }
        Assert.Equal(["results.json"], Names);
    }

    [Fact]
    public void AFolderInItsPlaceIsAnErrorThatNamesIt()
    {
        Directory.CreateDirectory(Path.Combine(Target, "inner"));
        Assert.Contains("results.json: found a folder", Assert.Throws<IOException>(() => AtomicFile.WriteAllText(Target, "new")).Message);
        Assert.Equal(["inner"], Directory.GetFileSystemEntries(Target).Select(e => Path.GetFileName(e)));
        Assert.Empty(Names);
    }
}
