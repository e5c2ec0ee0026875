namespace KernelFlow.Bridges;

/// <summary>Bytes from one of them on.</summary>
internal sealed class BytesFrom(ByteSource whole, long start, long? length = null) : ByteSource(length ?? whole.Length - start)
{
    /// <inheritdoc/>
    public override void Prepare() => whole.Prepare();

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination) => whole.Read(start + offset, destination);
}
