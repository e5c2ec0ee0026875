namespace KernelFlow.Bridges;

/// <summary>A tensor inside a mapped safetensors file.</summary>
internal sealed class SafetensorsTensor(FileMap map, SafetensorsEntry entry, StorageType type, long dataStart)
    : TensorSource(entry.Name, map.Path, entry.Shape, type)
{
    private readonly long _start = dataStart + entry.Begin;

    /// <inheritdoc/>
    protected override void ReadCore(long first, Span<double> destination) => map.Read(_start + first * Type.Size(), Type, destination);
}
