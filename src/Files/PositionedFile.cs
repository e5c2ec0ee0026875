using Microsoft.Win32.SafeHandles;

namespace KernelFlow.Files;

/// <summary>A file that is read at positions, piece by piece, and that must stay what it was when it was opened.</summary>
/// <remarks>
/// A memory map would be as fast, but a file that is cut while it is mapped ends the process without a message. Here it is one error that names the file, and
/// so is a file that somebody writes to or puts another one in the place of. Concurrent reads are safe. Few files are held open at a time, however many there
/// are; a closed one is opened again when it is read.
/// </remarks>
public sealed class PositionedFile : IDisposable
{
    // What is read at a time for a hash stays in the processor's cache until it is summed.
    private const int HashedPiece = 1 << 17;

    private readonly Lock _gate = new();
    private readonly DateTime _written;
    private SafeFileHandle? _handle;
    private bool _disposed;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The path; messages repeat it as given.</param>
    /// <exception cref="UnreadableFileException">There is no regular file at the path, or it may not be read.</exception>
    public PositionedFile(string path)
    {
        Path = path;
        _handle = RegularFile.Open(path);
        Length = RandomAccess.GetLength(_handle);
        _written = File.GetLastWriteTimeUtc(_handle);
        OpenFiles.Admit(this);
    }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>Bytes in the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on.</summary>
    /// <param name="offset">The first byte; the range lies inside <see cref="Length"/>.</param>
    /// <param name="destination">To be filled completely.</param>
    /// <exception cref="UnreadableFileException">The file was cut, written to or replaced since it was opened, or the system cannot read it.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        var handle = Acquire(out bool opened);
        try
        {
            while (destination.Length > 0)
            {
                int count = RandomAccess.Read(handle, destination, offset);
                if (count == 0) throw Changed(handle);
                offset += count;
                destination = destination[count..];
            }
            // After reading: what is handed out was in the file before anybody wrote to it.
            if (File.GetLastWriteTimeUtc(handle) != _written || (opened && RandomAccess.GetLength(handle) != Length)) throw Changed(handle);
        }
        catch (Exception e) when (e is (IOException and not UnreadableFileException) or UnauthorizedAccessException)
        {
            throw UnreadableFileException.Of(Path, e);
        }
        finally
        {
            handle.DangerousRelease();
        }
        if (opened) OpenFiles.Admit(this);
    }

    /// <summary>Feeds every byte of the file to a hash, piece by piece.</summary>
    /// <param name="hash">Receives the bytes.</param>
    /// <param name="cancellation">Checked before every piece.</param>
    /// <exception cref="UnreadableFileException">The file was cut, written to or replaced since it was opened, or the system cannot read it.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public void AppendTo(Sha256 hash, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(hash);
        var piece = new byte[Math.Min(Length, HashedPiece)];
        Read(0, []); // Also an empty file has to be the one that was opened.
        for (long offset = 0; offset < Length; offset += piece.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, Length - offset));
            Read(offset, part);
            hash.Append(part);
        }
    }

    /// <summary>Closes the file; reads throw <see cref="ObjectDisposedException"/> from then on.</summary>
    public void Dispose()
    {
        lock (_gate) _disposed = true;
        Close();
    }

    /// <summary>Closes the handle until the next read; a read in progress keeps it until it has ended.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _handle?.Dispose();
            _handle = null;
        }
    }

    /// <summary>The handle, held until it is released.</summary>
    private SafeFileHandle Acquire(out bool opened)
    {
        lock (_gate)
        {
            if (_disposed) throw new ObjectDisposedException(Path, $"{Path}: read after the run was disposed.");
            opened = _handle is null;
            _handle ??= Reopened();
            bool held = false;
            _handle.DangerousAddRef(ref held);
            return _handle;
        }
    }

    private SafeFileHandle Reopened()
    {
        if (RegularFile.Kind(Path) == FileKind.Missing)
            throw new UnreadableFileException($"{Path}: the file was there when it was opened and is gone: it was removed or renamed meanwhile.");
        return RegularFile.Open(Path);
    }

    private UnreadableFileException Changed(SafeFileHandle handle)
    {
        const string Advice = "Nothing may write to a run while it is read; run again when it is whole.";
        long length = RandomAccess.GetLength(handle);
        return new UnreadableFileException(length < Length
            ? $"{Path}: found {length} bytes, {Length} when it was opened: the file was cut meanwhile. {Advice}"
            : $"{Path}: the file was written to or replaced since it was opened. {Advice}");
    }
}
