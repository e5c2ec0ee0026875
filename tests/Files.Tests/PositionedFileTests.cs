using System.Security.Cryptography;

namespace KernelFlow.Files.Tests;

/// <summary>A file that is read at positions is the one that was opened, or there is one error that names it.</summary>
public sealed class PositionedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Make(string name, int length, int seed = 1)
    {
        string path = Path.Combine(_folder, name);
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    [Fact]
    public void ReadsAnyRange()
    {
        string path = Make("a", 1000);
        byte[] all = File.ReadAllBytes(path);
        using var file = new PositionedFile(path);
        Assert.Equal(1000, file.Length);
        foreach (var (offset, length) in new[] { (0, 1000), (1, 7), (999, 1), (1000, 0), (0, 0) })
        {
            var part = new byte[length];
            file.Read(offset, part);
            Assert.Equal(all[offset..(offset + length)], part);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(999, new byte[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(-1, new byte[2]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(999)]
    public void AFileThatIsCutWhileItIsOpen(int left)
    {
        string path = Make("a", 1000);
        using var file = new PositionedFile(path);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.SetLength(left);
        var error = Assert.Throws<UnreadableFileException>(() => file.Read(900, new byte[100]));
        Assert.StartsWith($"{path}: found {left} bytes, 1000 when it was opened: the file was cut meanwhile.", error.Message);
        Assert.Throws<UnreadableFileException>(() => file.Read(0, new byte[8]));
        Assert.Throws<UnreadableFileException>(() => Sum(file));
    }

    [Fact]
    public void AFileThatIsWrittenToWhileItIsOpen()
    {
        string path = Make("a", 1000);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));
        using var file = new PositionedFile(path);
        file.Read(0, new byte[8]);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.WriteByte(1);
        var error = Assert.Throws<UnreadableFileException>(() => file.Read(500, new byte[8]));
        Assert.StartsWith($"{path}: the file was written to or replaced since it was opened.", error.Message);
    }

    /// <summary>An open file goes on being the old one where another takes its name; one that had to be closed meanwhile is refused.</summary>
    [Fact]
    public void AFileThatIsReplacedOrRemovedWhileItIsClosed()
    {
        string path = Make("a", 1000), other = Make("b", 1000, seed: 2);
        byte[] all = File.ReadAllBytes(path);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));
        using var file = new PositionedFile(path);
        File.Move(other, path, overwrite: true);
        var read = new byte[1000];
        file.Read(0, read);
        Assert.Equal(all, read);
        file.Close();
        Assert.Contains("replaced since it was opened", Assert.Throws<UnreadableFileException>(() => file.Read(0, read)).Message);
        file.Close();
        File.Delete(path);
        Assert.Contains("is gone", Assert.Throws<UnreadableFileException>(() => file.Read(0, read)).Message);
    }

    [Fact]
    public void MoreFilesThanAreHeldOpenAreReadFromManyThreads()
    {
        var files = Enumerable.Range(0, OpenFiles.Most + 40).Select(i => new PositionedFile(Make($"f{i}", 64, i))).ToArray();
        byte[][] expected = [.. Enumerable.Range(0, files.Length).Select(i => File.ReadAllBytes(files[i].Path))];
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var read = new byte[64];
            files[i % files.Length].Read(0, read);
            Assert.Equal(expected[i % files.Length], read);
        });
        if (Directory.Exists("/proc/self/fd"))
        {
            int open = Directory.GetFileSystemEntries("/proc/self/fd")
                .Count(f => new FileInfo(f).LinkTarget?.StartsWith(_folder, StringComparison.Ordinal) == true);
            Assert.True(open <= OpenFiles.Most, $"{open} files of {files.Length} are open, expected at most {OpenFiles.Most}");
        }
        foreach (var file in files) file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => files[0].Read(0, new byte[1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) + 1)]
    public void TheSumIsThatOfEveryByte(int length)
    {
        string path = Make("a", length);
        using var file = new PositionedFile(path);
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(path)), Sum(file));
    }

    private static byte[] Sum(PositionedFile file)
    {
        using var hash = new Sha256();
        file.AppendTo(hash, CancellationToken.None);
        return hash.Finish();
    }
}
