namespace KernelFlow.Recording;

/// <summary>The factors of every layer.</summary>
internal sealed class FactorForm(StorageType type, int outputs, IReadOnlyList<JacobianLayer> layers) : StoredForm(type)
{
    public override IReadOnlyList<JacobianLayer> Layers => layers;

    public override void Take(OpenCheckpoint checkpoint, TensorName jacobian, long examples, IEnumerable<ChunkJacobian> chunks)
    {
        HostRows[][] rows = [.. layers.Select(l => Shapes(l, examples).Zip(FactorNames.Of(jacobian, l),
            (shape, name) => checkpoint.Rows(name, Type, shape)).ToArray())];
        foreach (var chunk in chunks)
        {
            using var owned = chunk;
            for (int l = 0; l < rows.Length; l++)
                foreach (var (into, tensor) in rows[l].Zip(chunk.Layers[l].Tensors)) into.Add(tensor);
        }
        checkpoint.Tensors.Add(new FactoredJacobian(jacobian, "memory", examples, outputs, [.. layers.Select((l, k) => rows[k] is [var inputs, var deltas]
            ? new LayerFactors(l, inputs.Source, deltas.Source, null)
            : new LayerFactors(l, null, null, rows[k][0].Source))]));
    }

    private IEnumerable<long[]> Shapes(JacobianLayer layer, long n) => layer.Kind switch
    {
        JacobianLayerKind.Dense => [[n, layer.Inputs], [n, outputs, layer.Outputs]],
        JacobianLayerKind.Positions => [[n, layer.Positions, layer.Inputs], [n, outputs, layer.Positions, layer.Outputs]],
        _ => [[n, outputs, layer.Columns]],
    };
}
