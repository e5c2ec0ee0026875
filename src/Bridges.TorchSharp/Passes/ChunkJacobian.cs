namespace KernelFlow.Recording;

/// <summary>Outputs and the parts of J of every layer for some examples, on the model's device; they outlive scopes until this is disposed.</summary>
/// <param name="Outputs">All outputs of the examples, [n, ...].</param>
/// <param name="Layers">In the order of the columns.</param>
internal sealed record ChunkJacobian(Tensor Outputs, LayerTensors[] Layers) : IDisposable
{
    /// <summary>Examples.</summary>
    public long Examples => Outputs.shape[0];

    /// <summary>Takes the tensors out of every scope.</summary>
    public ChunkJacobian Keep()
    {
        Outputs.DetachFromDisposeScope();
        foreach (var layer in Layers) layer.Keep();
        return this;
    }

    public void Dispose()
    {
        Outputs.Dispose();
        foreach (var layer in Layers) layer.Dispose();
    }
}
