using Microsoft.Win32.SafeHandles;

namespace KernelFlow.Files;

/// <summary>A file without a name for what a process computed and does not need to hold in memory; it is gone with the process, however that ends.</summary>
/// <remarks>It lies in the folder of TMPDIR, or in /var/tmp where there is one: /tmp is memory on many systems. What is read back soon comes from the memory
/// that the system has to spare. Reads and writes from several threads are safe.</remarks>
public sealed class ScratchFile : IDisposable
{
    private const string LastingFolder = "/var/tmp";

    private readonly string _folder;
    private readonly FileStream _file;
    private readonly SafeFileHandle _handle;
    private long _length;

    /// <summary>Makes an empty file.</summary>
    /// <exception cref="IOException">The folder cannot be written; the message says how to choose another one.</exception>
    public ScratchFile() : this(DefaultFolder()) { }

    /// <summary>Makes an empty file in a folder.</summary>
    /// <param name="folder">The folder, which is there.</param>
    /// <exception cref="IOException">The folder cannot be written; the message says how to choose another one.</exception>
    public ScratchFile(string folder) : this(Make(folder), folder) { }

    /// <summary>Takes an open file, which nobody else uses.</summary>
    internal ScratchFile(FileStream file, string folder) => (_file, _handle, _folder) = (file, file.SafeFileHandle, folder);

    /// <summary>Bytes written so far.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>Writes bytes to the end.</summary>
    /// <returns>Where they begin.</returns>
    /// <exception cref="IOException">There is no room; the message says how to choose another folder.</exception>
    public long Append(ReadOnlySpan<byte> bytes)
    {
        long offset = Interlocked.Add(ref _length, bytes.Length) - bytes.Length;
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (IOException e)
        {
            throw Failed(e);
        }
        return offset;
    }

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on, which were written before.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="destination">To be filled completely.</param>
    /// <exception cref="IOException">The system cannot read them.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int count = RandomAccess.Read(_handle, destination, offset);
            if (count == 0) throw Failed(new IOException("the file is shorter than what was written to it"));
            offset += count;
            destination = destination[count..];
        }
    }

    /// <summary>Ends the file.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStream Make(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string path = TemporaryFile.NewPath(folder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (OperatingSystem.IsWindows()) options.Options = FileOptions.DeleteOnClose;
        else options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            var file = new FileStream(path, options);
            if (!OperatingSystem.IsWindows()) File.Delete(path);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(folder, 0, e);
        }
    }

    private static string DefaultFolder() =>
        !OperatingSystem.IsWindows() && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TMPDIR")) && Directory.Exists(LastingFolder)
            ? LastingFolder : Path.GetTempPath();

    private IOException Failed(Exception e) => Failed(_folder, Length, e);

    private static IOException Failed(string folder, long length, Exception e) => new(
        FormattableString.Invariant($"{folder}: what does not fit into memory cannot be kept here ({length} bytes so far): {e.Message} ")
        + "Set TMPDIR to a folder with more room.", e);
}
