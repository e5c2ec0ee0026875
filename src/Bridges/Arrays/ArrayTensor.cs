namespace KernelFlow.Bridges;

/// <summary>An array of a file as a tensor.</summary>
internal sealed class ArrayTensor(StoredArray array, string location) : TensorSource(array.Name, location, array.Shape, array.Element.Type!.Value)
{
    /// <inheritdoc/>
    protected override void ReadCore(long first, Span<double> destination) => array.Read(first, destination, Location);
}
