using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>The part of J of one layer and some examples, on the model's device: two factors, or its columns.</summary>
internal sealed class LayerTensors
{
    /// <summary>A product.</summary>
    public LayerTensors(JacobianLayer layer, Tensor inputs, Tensor deltas) => (Layer, Inputs, Last) = (layer, inputs, deltas);

    /// <summary>Columns as they are, [n, p, c].</summary>
    public LayerTensors(JacobianLayer layer, Tensor columns) => (Layer, Last) = (layer, columns);

    /// <summary>The layer.</summary>
    public JacobianLayer Layer { get; }

    /// <summary>A: [n, inputs] or [n, T, inputs]; null for columns.</summary>
    public Tensor? Inputs { get; private set; }

    /// <summary>Δ: [n, p, outputs] or [n, p, T, outputs]; or the columns [n, p, c].</summary>
    public Tensor Last { get; private set; }

    /// <summary>The tensors with their names' beginnings: A and D, or J.</summary>
    public IEnumerable<Tensor> Tensors => Inputs is null ? [Last] : [Inputs, Last];

    /// <summary>Takes the tensors out of every scope; who calls it disposes them.</summary>
    public void Keep()
    {
        foreach (var tensor in Tensors) tensor.DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors) tensor.Dispose();
    }

    /// <summary>The same in float64.</summary>
    public LayerTensors Doubles() => Inputs is null ? new(Layer, Last.to(torch.ScalarType.Float64))
        : new(Layer, Inputs.to(torch.ScalarType.Float64), Last.to(torch.ScalarType.Float64));

    /// <summary>[n, p, columns].</summary>
    public Tensor Rows()
    {
        if (Inputs is null) return Last;
        bool dense = Layer.Kind == JacobianLayerKind.Dense;
        long n = Last.shape[0], p = Last.shape[1];
        var weights = (dense ? Last.unsqueeze(3) * Inputs.reshape(n, 1, 1, -1) : torch.matmul(Last.transpose(2, 3), Inputs.unsqueeze(1))).reshape(n, p, -1);
        return Layer.HasBias ? torch.cat([weights, dense ? Last : Last.sum(2)], 2) : weights;
    }

    /// <summary>The rows times a vector of the layer's columns, without the rows: [n, p].</summary>
    public Tensor Times(Tensor vector)
    {
        if (Inputs is null) return torch.matmul(Last, vector);
        long split = Layer.WeightColumns;
        var z = torch.matmul(Inputs, vector.narrow(0, 0, split).reshape(Layer.Outputs, Layer.Inputs).t());
        if (Layer.HasBias) z = z + vector.narrow(0, split, Layer.Outputs);
        return torch.einsum(Layer.Kind == JacobianLayerKind.Dense ? "npo,no->np" : "npto,nto->np", Last, z);
    }
}
