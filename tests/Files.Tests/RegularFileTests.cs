using System.Diagnostics;

namespace KernelFlow.Files.Tests;

/// <summary>Only regular files are opened: anything else is refused at once, by what it is.</summary>
public sealed class RegularFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string this[string name] => Path.Combine(_folder, name);

    private static void Refused(string path, string message)
    {
        // What waits here waits for ever.
        var refusing = Task.Run(() =>
        {
            Assert.Equal($"{path}: {message}.", Assert.Throws<UnreadableFileException>(() => RegularFile.ReadAllBytes(path, 1000)).Message);
            Assert.Equal($"{path}: {message}.", Assert.Throws<UnreadableFileException>(() => new PositionedFile(path)).Message);
        });
        Assert.True(refusing.Wait(TimeSpan.FromSeconds(60)), $"{path} was not refused in a minute");
    }

    [Fact]
    public void NothingAndAFolder()
    {
        Refused(this["none"], "not found");
        Refused(_folder, "not found (it is a folder, expected a file)");
        File.WriteAllText(this["file"], "x");
        Refused(Path.Combine(this["file"], "inside"), "not found");
    }

    [Fact]
    public void APipeADeviceAndASocket()
    {
        if (!OperatingSystem.IsLinux()) return;
        using (var make = Process.Start("mkfifo", [this["pipe"]])) make.WaitForExit();
        Refused(this["pipe"], "found a named pipe, expected a regular file");
        File.CreateSymbolicLink(this["zero"], "/dev/zero");
        Refused(this["zero"], "found a device, expected a regular file");
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(this["socket"]));
        Refused(this["socket"], "found a socket, expected a regular file");
    }

    [Fact]
    public void Links()
    {
        if (OperatingSystem.IsWindows()) return;
        File.WriteAllText(this["file"], "text");
        File.CreateSymbolicLink(this["good"], this["file"]);
        Assert.Equal("text"u8.ToArray(), RegularFile.ReadAllBytes(this["good"], 4));
        File.CreateSymbolicLink(this["dangling"], this["none"]);
        Refused(this["dangling"], "not found");
        File.CreateSymbolicLink(this["a"], this["b"]);
        File.CreateSymbolicLink(this["b"], this["a"]);
        if (OperatingSystem.IsLinux()) Refused(this["a"], "found a link that leads back to itself, expected a regular file");
    }

    [Fact]
    public void AFileThatIsTooLong()
    {
        File.WriteAllBytes(this["file"], new byte[1001]);
        Assert.Equal($"{this["file"]}: found 1001 bytes, expected at most 1000.",
            Assert.Throws<UnreadableFileException>(() => RegularFile.ReadAllBytes(this["file"], 1000)).Message);
        Assert.Equal(1001, RegularFile.ReadAllBytes(this["file"], 1001).Length);
        File.WriteAllBytes(this["file"], []);
        Assert.Empty(RegularFile.ReadAllBytes(this["file"], 0));
    }

    /// <summary>Files of the system's own say that they are empty and are not.</summary>
    [Fact]
    public void AFileThatDoesNotTellItsLength()
    {
        const string Path = "/proc/self/status";
        if (!File.Exists(Path)) return;
        Assert.True(RegularFile.ReadAllBytes(Path, 1 << 20).Length > 100);
        Assert.Throws<UnreadableFileException>(() => RegularFile.ReadAllBytes(Path, 100));
    }
}
