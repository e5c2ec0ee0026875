namespace KernelFlow.Files.Tests;

/// <summary>A failure to write names the file that was to be written, in plain words.</summary>
public sealed class WriteFailureTests
{
    [Fact]
    public void AFullDiskNamesTheFileThatWasToBeWritten()
    {
        if (!OperatingSystem.IsLinux()) return;
        var device = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using var named = new NamedStream(device, "runs/run.json");
        var failure = Assert.Throws<IOException>(() => named.Write("contents"u8));
        Assert.Equal("runs/run.json: cannot be written: the disk is full.", failure.Message);
    }

    [Fact]
    public void OtherFailuresKeepTheirReason()
    {
        static string? Message(Exception failure) => WriteFailure.Of(failure, "a")?.Message;
        Assert.Equal("a: cannot be written: access is denied.", Message(new UnauthorizedAccessException("Access to the path is denied.")));
        Assert.Equal("a: cannot be written: the device went away.", Message(new IOException("the device went away.")));
        Assert.Equal("a: cannot be written: the file would be larger than the system allows.", Message(new ArgumentOutOfRangeException("value")));
        Assert.Null(WriteFailure.Of(new InvalidDataException("not a number"), "a"));
        Assert.Null(WriteFailure.Of(new DirectoryNotFoundException("no such folder"), "a"));
    }

    [Fact]
    public void WhatTheCallerThrowsIsNotTakenForAFailureToWrite()
    {
        string folder = Directory.CreateTempSubdirectory("kernelflow-files-").FullName;
        try
        {
            var thrown = Assert.Throws<ArgumentOutOfRangeException>(() =>
                AtomicFile.Write(Path.Combine(folder, "a"), _ => throw new ArgumentOutOfRangeException("k")));
            Assert.Equal("k", thrown.ParamName);
            Assert.Empty(Directory.GetFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
