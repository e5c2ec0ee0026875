using System.Diagnostics;
using KernelFlow.Numerics.Native;

namespace KernelFlow.Numerics.Tests;

/// <summary>Files that the system's loader must not see, because it waits for ever or ends the process, and others that it refuses.</summary>
public sealed class LibraryFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-library-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Of(string name) => Path.Combine(_folder, name);

    private static string Refusal(string path)
    {
        // What waits here waits for ever.
        var refusing = Task.Run(() => Assert.Throws<BackendException>(() => Backend.Resolve(path, 1)));
        Assert.True(refusing.Wait(TimeSpan.FromSeconds(60)), $"{path} was not refused in a minute");
        var failure = refusing.Result;
        Assert.Contains(path, failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.DoesNotContain("LD_DEBUG", failure.Message);
        Assert.True(failure.Found, failure.Message);
        return failure.Message;
    }

    /// <summary>Regression: the loader waits for a writer of a FIFO.</summary>
    [Fact]
    public void AFifoIsRefused()
    {
        if (!OperatingSystem.IsLinux()) return;
        string fifo = Of("libfifo.so");
        using (var made = Process.Start("mkfifo", fifo)) made.WaitForExit();
        Assert.Contains("not a regular file", Refusal(fifo));
        File.CreateSymbolicLink(Of("liblink.so"), fifo);
        Assert.Contains("not a regular file", Refusal(Of("liblink.so")));
        Assert.Contains("not a regular file", Refusal("/dev/zero"));
        Assert.Contains("not a regular file", Refusal(_folder + "/"));
    }

    /// <summary>Regression: the loader maps what the file should have, and the first touch of it ends the process with SIGBUS.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(100)]
    [InlineData(500)]
    [InlineData(4100)]
    [InlineData(8300)]
    public void ALibraryThatWasCutOffIsRefused(int length)
    {
        if (!OperatingSystem.IsLinux()) return;
        Assert.Contains("it was cut off", Refusal(StubLibrary.Write(Of($"lib{length}.so"), length)));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("INPUT(libm.so.6)\n", "not a shared library")]
    [InlineData("\u007fELF", "it was cut off")]
    public void OtherFilesAreRefusedInOurWords(string text, string expected)
    {
        if (!OperatingSystem.IsLinux()) return;
        File.WriteAllText(Of("libtext.so"), text);
        Assert.Contains(expected, Refusal(Of("libtext.so")));
    }

    [Fact]
    public void ALinkToItselfIsRefused()
    {
        if (!OperatingSystem.IsLinux()) return;
        File.CreateSymbolicLink(Of("libloop.so"), "libloop.so");
        Assert.Contains("cannot be opened", Refusal(Of("libloop.so")));
    }

    [Fact]
    public void AStubWithEverySymbolIsRefusedForItsResults()
    {
        if (!StubLibrary.Loads) return;
        Assert.Null(LibraryFile.Refusal(StubLibrary.Write(Of("libstub.so"))));
        Assert.Contains("computes something else than it should", Refusal(Of("libstub.so")));
    }
}
