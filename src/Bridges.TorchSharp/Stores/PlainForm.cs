using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Rows of J as they are.</summary>
internal sealed class PlainForm(StorageType type, int outputs, long columns) : StoredForm(type)
{
    public override void Take(OpenCheckpoint checkpoint, TensorName jacobian, long examples, IEnumerable<ChunkJacobian> chunks)
    {
        var rows = checkpoint.Rows(jacobian, Type, examples, outputs, columns);
        checkpoint.Tensors.Add(rows.Source);
        foreach (var chunk in chunks)
        {
            using var owned = chunk;
            using var scope = torch.NewDisposeScope();
            using var none = torch.no_grad();
            Tensor[] parts = [.. chunk.Layers.Select(l => l.Rows())];
            rows.Add(parts.Length == 1 ? parts[0] : torch.cat(parts, 2));
        }
    }
}
