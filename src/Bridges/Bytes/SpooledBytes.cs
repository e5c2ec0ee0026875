using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>Bytes that can only be made from their beginning to their end, as those of a compressed member: made once, when they are first asked for. Few stay
/// in memory as long as it has room for them; many go to a temporary file.</summary>
/// <param name="length">How many there are.</param>
/// <param name="make">Makes them, in order, and hands each piece to its argument.</param>
/// <param name="scratch">The temporary file.</param>
/// <param name="from">What they are made from, where that may need the temporary file, too.</param>
internal sealed class SpooledBytes(long length, Action<SpooledBytes.Sink> make, SharedScratch scratch, ByteSource? from = null) : ByteSource(length)
{
    private readonly Lock _gate = new();
    private readonly WeakReference<byte[]> _held = new([]);
    private long _start = -1;

    /// <summary>Receives a piece.</summary>
    public delegate void Sink(ReadOnlySpan<byte> piece);

    /// <summary>The most bytes that stay in memory.</summary>
    public const int MostHeld = 4 << 20;

    /// <inheritdoc/>
    public override void Prepare()
    {
        if (Length > MostHeld) Start();
    }

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        if (Length <= MostHeld) Held().AsSpan((int)offset, destination.Length).CopyTo(destination);
        else scratch.Read(Start() + offset, destination);
    }

    /// <summary>The bytes, which are at most <see cref="MostHeld"/>.</summary>
    public byte[] Held()
    {
        lock (_gate)
        {
            if (_held.TryGetTarget(out var bytes) && bytes.Length == Length) return bytes;
            bytes = new byte[Length];
            int filled = 0;
            make(piece =>
            {
                piece.CopyTo(bytes.AsSpan(filled));
                filled += piece.Length;
            });
            _held.SetTarget(bytes);
            return bytes;
        }
    }

    private long Start()
    {
        lock (_gate)
        {
            if (_start >= 0) return _start;
            // Before these begin: they must follow each other in the file.
            from?.Prepare();
            return _start = scratch.Append(make);
        }
    }
}
