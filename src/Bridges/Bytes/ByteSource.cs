namespace KernelFlow.Bridges;

/// <summary>A number of bytes that are read at positions.</summary>
internal abstract class ByteSource(long length)
{
    /// <summary>How many there are.</summary>
    public long Length { get; } = length;

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on; the range lies inside.</summary>
    /// <exception cref="InvalidRunException">They are not those that the file says they are.</exception>
    public abstract void Read(long offset, Span<byte> destination);

    /// <summary>Makes what must be made before the first byte can be read.</summary>
    public virtual void Prepare() { }

    /// <summary>All bytes; they are known to be few.</summary>
    public byte[] ReadAll()
    {
        var bytes = new byte[Length];
        Read(0, bytes);
        return bytes;
    }
}
