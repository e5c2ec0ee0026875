using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>The Jacobian of some examples: hooks for the layers that have a rule, rows for the others.</summary>
internal sealed class JacobianPass(TensorModule model, IReadOnlyList<TrainedLayer> layers, IReadOnlyList<int> outputs, Leniency leniency)
{
    private readonly HookedPass _hooks = new(model, outputs);
    private readonly RowPass _rows = new(model, outputs, leniency.IsJoint);

    /// <summary>The indices of the outputs that are recorded.</summary>
    public IReadOnlyList<int> Outputs => outputs;

    /// <summary>The layers, in the order of the columns.</summary>
    public IReadOnlyList<TrainedLayer> Layers => layers;

    /// <summary>The Jacobian of these inputs, for the caller to dispose.</summary>
    public ChunkJacobian Of(Tensor inputs)
    {
        using var scope = torch.NewDisposeScope();
        using var undisturbed = leniency.Declared.Count > 0 ? new Undisturbed(model) : null;
        TrainedLayer[] hooked = [.. layers.Where(l => l.Rule is not null)], rest = [.. layers.Where(l => l.Rule is null)];
        Tensor? u = null;
        var found = new Dictionary<TrainedLayer, LayerTensors>();
        if (hooked.Length > 0)
        {
            (u, var parts) = _hooks.Of(inputs, hooked);
            for (int l = 0; l < hooked.Length; l++) found.Add(hooked[l], parts[l]);
        }
        if (rest.Length > 0)
        {
            (var alone, var parts) = _rows.Of(inputs, rest);
            u ??= alone;
            for (int l = 0; l < rest.Length; l++) found.Add(rest[l], parts[l]);
        }
        return new ChunkJacobian(u!, [.. layers.Select(l => found[l])]).Keep();
    }

    /// <summary>The same, every layer by rows.</summary>
    public ChunkJacobian ByRows(Tensor inputs)
    {
        using var scope = torch.NewDisposeScope();
        using var undisturbed = leniency.Declared.Count > 0 ? new Undisturbed(model) : null;
        var (u, parts) = _rows.Of(inputs, layers);
        return new ChunkJacobian(u, parts).Keep();
    }

    /// <summary>Pieces of at most so many examples; all at once where outputs depend on the other examples.</summary>
    public IEnumerable<ChunkJacobian> Pieces(Tensor inputs, int chunk)
    {
        long n = inputs.shape[0], size = leniency.IsJoint ? n : chunk;
        for (long first = 0; first < n; first += size)
        {
            using var piece = inputs.narrow(0, first, Math.Min(size, n - first));
            yield return Of(piece);
        }
    }

    /// <summary>Outputs without a graph, chunk by chunk, in the caller's scope.</summary>
    public Tensor OutputsOf(Tensor inputs, int chunk)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        using var undisturbed = leniency.Declared.Count > 0 ? new Undisturbed(model) : null;
        long n = inputs.shape[0], size = leniency.IsJoint ? n : chunk;
        var parts = new List<Tensor>();
        for (long first = 0; first < n; first += size) parts.Add(model.forward(inputs.narrow(0, first, Math.Min(size, n - first))));
        return (parts.Count == 1 ? parts[0].alias() : torch.cat(parts, 0)).MoveToOuterDisposeScope();
    }
}
