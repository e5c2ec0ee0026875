using KernelFlow.Bridges;

namespace KernelFlow;

/// <summary>Safetensors in several files: <c>model.safetensors.index.json</c>, which lists the file of every tensor, stands for all of them.</summary>
public sealed class ShardedSafetensorsContainer : CheckpointContainer
{
    /// <summary>The one instance; it holds nothing.</summary>
    public static ShardedSafetensorsContainer Instance { get; } = new();

    private ShardedSafetensorsContainer() : base("sharded safetensors") { }

    /// <summary>Names that end in .safetensors.index.json.</summary>
    /// <inheritdoc/>
    public override bool Recognises(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".safetensors.index.json", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public override ContainerFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ShardedFile.Open(path);
    }
}
