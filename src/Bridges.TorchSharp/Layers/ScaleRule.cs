using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Layers that scale and shift normalised values; their columns are sums over positions, and are kept as they are.</summary>
internal abstract class ScaleRule(TrainedLayer layer) : FactorRule(layer.Layer)
{
    private readonly string[] _names = [.. layer.Own.Select(p => p.Name)];

    /// <summary>The columns.</summary>
    /// <param name="normalised">What is scaled, [n, T, size].</param>
    /// <param name="deltas">[n, p, T, size].</param>
    protected LayerTensors Columns(Tensor normalised, Tensor deltas)
    {
        Tensor[] parts = [.. _names.Select(name => name == "weight" ? torch.einsum("npts,nts->nps", deltas, normalised) : deltas.sum(2))];
        return new LayerTensors(Layer, parts.Length == 1 ? parts[0] : torch.cat(parts, 2));
    }
}
