using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>A range of a file.</summary>
internal sealed class FileBytes(PositionedFile file, long start, long length) : ByteSource(length)
{
    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination) => file.Read(start + offset, destination);
}
