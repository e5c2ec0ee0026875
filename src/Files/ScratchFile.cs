using Microsoft.Win32.SafeHandles;

namespace KernelFlow.Files;

/// <summary>Bytes that are too many to hold and are needed at positions: a file in the system's temporary folder that goes when it is disposed, or when the
/// process ends however it ends.</summary>
/// <remarks>The folder is that of TMPDIR, or /var/tmp where there is one: /tmp is memory on many systems. Append from one thread at a time; reads of what
/// was appended may be concurrent.</remarks>
public sealed class ScratchFile : IDisposable
{
    private const string LastingFolder = "/var/tmp";

    private readonly SafeFileHandle _handle;
    private readonly string _path;

    /// <summary>Makes an empty file.</summary>
    /// <exception cref="IOException">The temporary folder cannot be written.</exception>
    public ScratchFile()
    {
        _path = TemporaryFile.NewPath(Folder);
        _handle = WriteFailure.Naming(_path, () => File.OpenHandle(
            _path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None));
        // Elsewhere a file without a name lives as long as it is open, so that a process that is killed leaves nothing behind.
        if (!OperatingSystem.IsWindows()) File.Delete(_path);
    }

    /// <summary>Where such files are made.</summary>
    public static string Folder =>
        !OperatingSystem.IsWindows() && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TMPDIR")) && Directory.Exists(LastingFolder)
            ? LastingFolder : Path.GetTempPath();

    /// <summary>Bytes appended so far.</summary>
    public long Length { get; private set; }

    /// <summary>Adds bytes at the end.</summary>
    /// <exception cref="IOException">The disk is full, or the file would be larger than the system allows.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, Length);
        }
        catch (Exception e) when (WriteFailure.Of(e, _path) is { } failure)
        {
            throw failure;
        }
        Length += bytes.Length;
    }

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on.</summary>
    /// <param name="offset">The first byte; the range lies inside <see cref="Length"/>.</param>
    /// <param name="destination">To be filled completely.</param>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        while (destination.Length > 0)
        {
            int count = RandomAccess.Read(_handle, destination, offset);
            if (count == 0) throw new UnreadableFileException($"{_path}: the temporary file was cut.");
            offset += count;
            destination = destination[count..];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
