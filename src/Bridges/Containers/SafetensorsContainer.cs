namespace KernelFlow;

/// <summary>Safetensors files (<see cref="SafetensorsFile"/>): the format that this toolkit writes.</summary>
public sealed class SafetensorsContainer : CheckpointContainer
{
    /// <summary>The one instance; it holds nothing.</summary>
    public static SafetensorsContainer Instance { get; } = new();

    private SafetensorsContainer() : base("safetensors") { }

    /// <summary>Every name but those of formats that are known not to be safetensors: what stands in the file decides.</summary>
    /// <inheritdoc/>
    public override bool Recognises(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return !RunFormat.IsNpz(path);
    }

    /// <inheritdoc/>
    public override ContainerFile Open(string path) => SafetensorsFile.Open(path);
}
