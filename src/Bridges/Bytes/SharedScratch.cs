using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>The temporary file of all tensors of one container; it is made when the first of them needs it.</summary>
internal sealed class SharedScratch(string location) : IDisposable
{
    private readonly Lock _gate = new();
    private ScratchFile? _file;
    private bool _disposed;

    /// <summary>Appends what is made, and says where it begins.</summary>
    public long Append(Action<SpooledBytes.Sink> make)
    {
        lock (_gate)
        {
            RequireOpen();
            _file ??= new ScratchFile();
            long start = _file.Length;
            make(piece => _file.Append(piece));
            return start;
        }
    }

    /// <summary>Reads what was appended.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        ScratchFile file;
        lock (_gate)
        {
            RequireOpen();
            file = _file!;
        }
        file.Read(offset, destination);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _file?.Dispose();
        }
    }

    private void RequireOpen()
    {
        if (_disposed) throw new ObjectDisposedException(location, $"{location}: read after the run was disposed.");
    }
}
