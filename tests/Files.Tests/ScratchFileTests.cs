namespace KernelFlow.Files.Tests;

/// <summary>What was written is read back, nothing is left in the folder, and an error says how to choose another one.</summary>
public sealed class ScratchFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatWasWrittenIsReadBackByAnyThread()
    {
        using var file = new ScratchFile(_folder);
        if (!OperatingSystem.IsWindows()) Assert.Empty(Directory.GetFileSystemEntries(_folder)); // nothing is left, however the process ends
        var offsets = new long[8];
        Parallel.For(0, offsets.Length, i => offsets[i] = file.Append(Enumerable.Repeat((byte)i, 1000 + i).ToArray()));
        Assert.Equal(8 * 1000 + 28, file.Length);
        Parallel.For(0, offsets.Length, i =>
        {
            var bytes = new byte[1000 + i];
            file.Read(offsets[i], bytes);
            Assert.All(bytes, b => Assert.Equal(i, b));
        });
        var error = Assert.Throws<IOException>(() => file.Read(file.Length - 1, new byte[2]));
        Assert.Contains(_folder, error.Message);
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsOneErrorThatSaysWhatToDo()
    {
        var error = Assert.Throws<IOException>(() => new ScratchFile(Path.Combine(_folder, "missing")));
        Assert.Contains("Set TMPDIR to a folder with more room.", error.Message);
    }

    [Fact]
    public void AFullDiskIsOneErrorThatSaysWhatToDo()
    {
        if (!File.Exists("/dev/full")) return; // Linux has it
        using var file = new ScratchFile(new FileStream("/dev/full", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0), "/dev");
        var error = Assert.Throws<IOException>(() => file.Append(new byte[10]));
        Assert.StartsWith("/dev: ", error.Message);
        Assert.Contains("Set TMPDIR to a folder with more room.", error.Message);
    }
}
