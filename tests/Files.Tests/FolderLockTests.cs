using System.Diagnostics;

namespace KernelFlow.Files.Tests;

/// <summary>One writer per folder, and a dead one is none.</summary>
public sealed class FolderLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-files-").FullName;

    private string LockFile => Path.Combine(_folder, FolderLock.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ASecondWriterIsToldWhoTheFirstIs()
    {
        using var first = FolderLock.Take(_folder);
        var refused = Assert.Throws<FolderInUseException>(() => FolderLock.Take(_folder));
        Assert.Equal(Environment.ProcessId, refused.Holder?.Process);
        Assert.StartsWith($"{_folder}: another process is writing this folder: process {Environment.ProcessId} on {Environment.MachineName}, since 20",
            refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void AReleasedLockIsFreeAndLeavesNoFile()
    {
        FolderLock.Take(_folder).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        var second = FolderLock.Take(_folder);
        second.Dispose();
        second.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("kernelflow lock\nprocess 1\nhost h\nstarted 2020-01-01T00:00:00Z\ncommand record\n")]
    [InlineData("kernelflow lock\nproc")]
    public void AFileThatADeadProcessLeftDoesNotBlock(string contents)
    {
        File.WriteAllText(LockFile, contents);
        using var taken = FolderLock.Take(_folder);
        Assert.Throws<FolderInUseException>(() => FolderLock.Take(_folder));
    }

    [Fact]
    public void WhatIsNoLockFileIsLeftAlone()
    {
        File.WriteAllText(LockFile, "precious");
        Assert.Contains("found a file that this tool did not write", Assert.Throws<IOException>(() => FolderLock.Take(_folder)).Message);
        Assert.Equal("precious", File.ReadAllText(LockFile));
        File.Move(LockFile, LockFile + ".victim");
        File.CreateSymbolicLink(LockFile, FolderLock.FileName + ".victim");
        Assert.Throws<IOException>(() => FolderLock.Take(_folder));
        Assert.Equal("precious", File.ReadAllText(LockFile + ".victim"));
    }

    [Fact]
    public void TheLockGoesWithARenamedFolder()
    {
        string here = Path.Combine(_folder, "here"), there = Path.Combine(_folder, "there");
        Directory.CreateDirectory(here);
        var taken = FolderLock.Take(here);
        Directory.Move(here, there);
        taken.Moved(there);
        Assert.Throws<FolderInUseException>(() => FolderLock.Take(there));
        taken.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(there));
    }

    [Fact]
    public async Task NeverTwoAtOnceAndEverybodyGetsATurn()
    {
        int inside = 0, turns = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int mine = 0; mine < 25;)
            {
                try
                {
                    using var taken = FolderLock.Take(_folder);
                    int now = Interlocked.Increment(ref inside);
                    if (now > Volatile.Read(ref most)) Volatile.Write(ref most, now);
                    Interlocked.Increment(ref turns);
                    mine++;
                    Interlocked.Decrement(ref inside);
                }
                catch (FolderInUseException)
                {
                    Thread.Sleep(1);
                }
            }
        })));
        Assert.True(most == 1 && turns == 100, $"found {most} writers at once in {turns} turns, expected 1 in 100");
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    /// <summary>A process that is killed with the lock: the system releases it, whatever is left in the folder.</summary>
    [Fact]
    public void ALockDiesWithItsProcess()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock")) return;
        File.WriteAllText(LockFile, "kernelflow lock\nprocess 77\nhost far\nstarted 2020-01-01T00:00:00Z\ncommand record \u001b[31m x\n");
        using var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", ["--no-fork", LockFile, "sh", "-c", "echo held; exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", holder.StandardOutput.ReadLine());
        var refused = Assert.Throws<FolderInUseException>(() => FolderLock.Take(_folder));
        Assert.Contains("process 77 on far, since 2020-01-01 00:00:00 UTC (record ?[31m x)", refused.Message);
        holder.Kill();
        holder.WaitForExit();
        FolderLock.Take(_folder).Dispose();
    }

    [Fact]
    public void FoldersMadeForALockGoWithItUnlessSomethingIsInThem()
    {
        string deep = Path.Combine(_folder, "a", "b");
        FolderLock.Make(deep).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        using (FolderLock.Make(deep)) File.WriteAllText(Path.Combine(_folder, "a", "mine"), "");
        Assert.Equal([Path.Combine(_folder, "a", "mine")], Directory.GetFileSystemEntries(Path.Combine(_folder, "a")));
        FolderLock.Make(_folder).Dispose();
        Assert.True(Directory.Exists(_folder), "a folder that was there was removed");
    }
}
