namespace KernelFlow.Bridges;

/// <summary>Reads small pieces that mostly follow each other: a stretch ahead is read at once, and pieces are copied from it.</summary>
internal sealed class WindowReader(ByteSource source)
{
    private const int Ahead = 1 << 18;
    private readonly byte[] _window = new byte[(int)Math.Min(Ahead, source.Length)];
    private long _start, _expected;
    private int _length;

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        bool near = offset >= _expected && offset - _expected <= 4L * destination.Length;
        _expected = offset + destination.Length;
        if (offset < _start || _expected > _start + _length)
        {
            if (!near || destination.Length >= _window.Length)
            {
                source.Read(offset, destination);
                return;
            }
            (_start, _length) = (offset, (int)Math.Min(_window.Length, source.Length - offset));
            source.Read(offset, _window.AsSpan(0, _length));
        }
        _window.AsSpan((int)(offset - _start), destination.Length).CopyTo(destination);
    }
}
