using System.IO.MemoryMappedFiles;
using KernelFlow.Files;
using Microsoft.Win32.SafeHandles;

namespace KernelFlow.Bridges;

/// <summary>A whole file mapped for reading, with 64-bit offsets. Concurrent reads are safe; a read after disposal throws instead of touching unmapped
/// memory.</summary>
internal sealed unsafe class FileMap : IDisposable
{
    private readonly SafeMemoryMappedViewHandle _view;

    /// <summary>Maps a file that is not empty. The file itself is not kept open: a run of thousands of checkpoints must not run out of descriptors.</summary>
    public FileMap(string path, FileStream file)
    {
        Path = path;
        Length = file.Length;
        using var mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);

        // The accessor is not disposed: that would unmap the view, which its handle owns from here on.
        _view = mapped.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
    }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>Bytes in the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>Converts elements starting at byte <paramref name="offset"/>; the caller has checked the range.</summary>
    /// <exception cref="ObjectDisposedException">The run was disposed.</exception>
    public void Read(long offset, StorageType type, Span<double> destination)
    {
        byte* start = Acquire();
        try
        {
            ElementConversion.ToDouble(start + offset, type, destination);
        }
        finally
        {
            _view.ReleasePointer();
        }
    }

    /// <summary>Feeds every byte of the file to a hash, piece by piece.</summary>
    /// <exception cref="ObjectDisposedException">The run was disposed.</exception>
    public void AppendTo(Sha256 hash, CancellationToken cancellation)
    {
        const int Piece = 1 << 20;
        byte* start = Acquire();
        try
        {
            for (long offset = 0; offset < Length; offset += Piece)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.Append(new ReadOnlySpan<byte>(start + offset, (int)Math.Min(Piece, Length - offset)));
            }
        }
        finally
        {
            _view.ReleasePointer();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _view.Dispose();

    private byte* Acquire()
    {
        byte* start = null;
        try
        {
            _view.AcquirePointer(ref start);
        }
        catch (ObjectDisposedException)
        {
            throw new ObjectDisposedException(Path, $"{Path}: read after the run was disposed.");
        }
        return start;
    }
}
