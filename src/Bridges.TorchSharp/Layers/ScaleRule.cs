using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Layers that scale and shift normalised values; their columns are sums over positions, and are kept as they are.</summary>
internal abstract class ScaleRule(TrainedLayer layer) : FactorRule(layer.Layer)
{
    private readonly bool _scales = layer.Owns("weight") || layer.Owns("weight", "bias"), _shifts = layer.Owns("bias") || layer.Owns("weight", "bias");

    /// <summary>The columns.</summary>
    /// <param name="normalised">What is scaled, [n, T, size].</param>
    /// <param name="deltas">[n, p, T, size].</param>
    protected LayerTensors Columns(Tensor normalised, Tensor deltas)
    {
        var parts = new List<Tensor>();
        if (_scales) parts.Add(torch.einsum("npts,nts->nps", deltas, normalised));
        if (_shifts) parts.Add(deltas.sum(2));
        return new LayerTensors(Layer, parts.Count == 1 ? parts[0] : torch.cat(parts, 2));
    }
}
