namespace KernelFlow.Bridges;

/// <summary>The bytes of pickles, read forward.</summary>
internal sealed class PickleInput(ByteSource source, string place)
{
    private const int Window = 1 << 16;
    private readonly byte[] _window = new byte[Math.Min(Window, source.Length)];
    private long _start;
    private int _length;

    /// <summary>Where the next byte lies.</summary>
    public long At { get; private set; }

    /// <summary>The file and its part, for messages.</summary>
    public string Place => place;

    /// <summary>The next byte.</summary>
    public byte Byte() => Bytes(1)[0];

    /// <summary>The next bytes; what they lie in is used again for those that follow.</summary>
    public ReadOnlySpan<byte> Bytes(long count)
    {
        if (count < 0 || count > source.Length - At)
            throw Error($"found {source.Length - At} bytes, expected {count}");
        if (count > Window)
        {
            var bytes = new byte[count];
            source.Read(At, bytes);
            At += count;
            return bytes;
        }
        if (At < _start || At + count > _start + _length)
        {
            (_start, _length) = (At, (int)Math.Min(_window.Length, source.Length - At));
            source.Read(_start, _window.AsSpan(0, _length));
        }
        var piece = _window.AsSpan((int)(At - _start), (int)count);
        At += count;
        return piece;
    }

    /// <summary>The bytes up to the next line feed, which is passed over; not more than so many.</summary>
    public string Line(int longest)
    {
        var line = new System.Text.StringBuilder();
        for (byte b = Byte(); b != '\n'; b = Byte())
        {
            if (b is < 0x20 or > 0x7E) throw Error($"found byte {b:X2} in a name, expected printable characters");
            if (line.Length == longest) throw Error($"found a name of more than {longest} characters");
            line.Append((char)b);
        }
        return line.ToString();
    }

    /// <summary>A defect at the place that was reached.</summary>
    public InvalidRunException Error(string message) => new($"{place}: {message}, at byte {At} of the pickle.");
}
