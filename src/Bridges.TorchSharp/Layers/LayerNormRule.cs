using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>Layer normalisation.</summary>
internal sealed class LayerNormRule(TrainedLayer layer, LayerNorm module) : ScaleRule(layer)
{
    public override LayerTensors Factors(Tensor inputs, Tensor deltas)
    {
        long n = deltas.shape[0], p = deltas.shape[1], size = module.normalized_shape.Aggregate(1L, (product, extent) => product * extent);
        var normalised = torch.nn.functional.layer_norm(inputs, module.normalized_shape, null, null, module.eps);
        return Columns(normalised.reshape(n, -1, size), deltas.reshape(n, p, -1, size));
    }
}
