using KernelFlow.Bridges;

namespace KernelFlow;

/// <summary>Files of TorchSharp (.dat): state dictionaries of <c>Module.save</c>, and single tensors of <c>Tensor.Save</c>, which have the empty
/// name.</summary>
/// <remarks>The format has no sum and no mark of its own: a file whose bytes were damaged is found only where its lengths no longer agree.</remarks>
public sealed class TorchSharpContainer : CheckpointContainer
{
    /// <summary>The one instance; it holds nothing.</summary>
    public static TorchSharpContainer Instance { get; } = new();

    private TorchSharpContainer() : base("TorchSharp") { }

    /// <summary>Names that end in .dat.</summary>
    /// <inheritdoc/>
    public override bool Recognises(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".dat", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public override ContainerFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ArrayFile.Open(path, StateDictionary.Read);
    }
}
