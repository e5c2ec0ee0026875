using System.Diagnostics;
using KernelFlow.Files;

namespace KernelFlow.Bridges.Tests;

/// <summary>Files of a run that are no files, or that do not stay what they were while the run is open.</summary>
public sealed class OpenFileTests : DefectiveRun
{
    [Theory]
    [InlineData("checkpoint-000001.safetensors")]
    [InlineData("targets.safetensors")]
    [InlineData("run.json")]
    public async Task APipeInPlaceOfAFile(string name)
    {
        if (!OperatingSystem.IsLinux()) return;
        string path = Path.Combine(_run, name);
        File.Delete(path);
        using (var make = Process.Start("mkfifo", [path])) await make.WaitForExitAsync();
        await Task.Run(() => Refused($"{path}: found a named pipe, expected a regular file.")).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("checkpoint-000001.safetensors")]
    [InlineData("run.json")]
    public void ADeviceInPlaceOfAFile(string name)
    {
        if (!OperatingSystem.IsLinux()) return;
        string path = Path.Combine(_run, name);
        File.Delete(path);
        File.CreateSymbolicLink(path, "/dev/zero");
        Refused($"{path}: found a device, expected a regular file.");
    }

    [Fact]
    public void AnEndlessLinkInPlaceOfAFile()
    {
        if (!OperatingSystem.IsLinux()) return;
        File.Delete(Checkpoint(1));
        File.CreateSymbolicLink(Checkpoint(1), Checkpoint(1));
        Refused($"{Checkpoint(1)}: found a link that leads back to itself, expected a regular file.");
    }

    /// <summary>A container of a user's own may look into the file: it must not be asked about a pipe.</summary>
    [Fact]
    public void AContainerIsNotAskedAboutAPipe()
    {
        if (!OperatingSystem.IsLinux()) return;
        File.Delete(Checkpoint(1));
        using (var make = Process.Start("mkfifo", [Checkpoint(1)])) make.WaitForExit();
        var format = RunFormat.Default.With(new Curious());
        Assert.Contains("found a named pipe", Assert.Throws<InvalidRunException>(() => RecordedRun.Open(_run, format: format)).Message);
    }

    [Fact]
    public void AManifestThatIsTooLong()
    {
        using (var stream = new FileStream(Manifest, FileMode.Open)) stream.SetLength(ManifestParser.MaximumBytes + 1L);
        Refused($"{Manifest}: found 100000001 bytes, expected at most 100000000.");
    }

    /// <summary>With a memory map the process would end here without a message.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(50_000)]
    public void ACheckpointThatIsCutWhileTheRunIsOpen(int left)
    {
        using var run = RecordedRun.Open(_run);
        long length = new FileInfo(Checkpoint(3)).Length;
        using (var stream = new FileStream(Checkpoint(3), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.SetLength(left);
        var error = Assert.Throws<UnreadableFileException>(() => run.Checkpoints[3]["J_S"].ReadAll());
        Assert.StartsWith($"{Checkpoint(3)}: found {left} bytes, {length} when it was opened: the file was cut meanwhile.", error.Message);
        Assert.Throws<UnreadableFileException>(() => run.InputHash());
        Assert.Equal(24 * 529, run.Checkpoints[2]["J_S"].ReadAll().Length);
    }

    /// <summary>As long as before but another: neither data nor the sum over the input may mix the two.</summary>
    [Fact]
    public void ACheckpointThatIsWrittenOverWhileTheRunIsOpen()
    {
        File.SetLastWriteTimeUtc(Checkpoint(3), DateTime.UtcNow.AddMinutes(-1));
        byte[] bytes = File.ReadAllBytes(Checkpoint(4));
        using var run = RecordedRun.Open(_run);
        using (var stream = new FileStream(Checkpoint(3), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) stream.Write(bytes);
        Assert.Contains("written to or replaced", Assert.Throws<UnreadableFileException>(() => run.Checkpoints[3]["J_S"].ReadAll()).Message);
        Assert.Contains("written to or replaced", Assert.Throws<UnreadableFileException>(() => run.InputHash()).Message);
    }

    /// <summary>Whoever writes takes an exclusive lock, and a run that is open must not stand in the way.</summary>
    [Fact]
    public void AnOpenRunHoldsNoLock()
    {
        using var run = RecordedRun.Open(_run);
        foreach (string file in Directory.GetFiles(_run)) new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
        Assert.Equal(24 * 529, run.Checkpoints[2]["J_S"].ReadAll().Length);
    }

    private sealed class Curious() : CheckpointContainer("curious")
    {
        public override bool Recognises(string path)
        {
            if (File.Exists(path)) File.OpenRead(path).Dispose();
            return false;
        }

        public override ContainerFile Open(string path) => throw new NotSupportedException();
    }
}
