namespace KernelFlow;

/// <summary>Safetensors files (<see cref="SafetensorsFile"/>): the format that this toolkit writes.</summary>
public sealed class SafetensorsContainer : CheckpointContainer
{
    /// <summary>The one instance; it holds nothing.</summary>
    public static SafetensorsContainer Instance { get; } = new();

    private SafetensorsContainer() : base("safetensors") { }

    /// <summary>Every name: it is asked last, and what stands in the file decides.</summary>
    /// <inheritdoc/>
    public override bool Recognises(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return true;
    }

    /// <inheritdoc/>
    public override ContainerFile Open(string path) => SafetensorsFile.Open(path);
}
