using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>Batch normalisation by its running statistics, in evaluation mode.</summary>
internal sealed class BatchNormRule : ScaleRule
{
    private readonly NormBase _module;

    private BatchNormRule(TrainedLayer layer, NormBase module) : base(layer) => _module = module;

    public static BatchNormRule? Of(TrainedLayer layer, NormBase module) =>
        module.training || !module.track_running_stats ? null : new BatchNormRule(layer, module);

    public override LayerTensors Factors(Tensor inputs, Tensor deltas)
    {
        long n = deltas.shape[0], p = deltas.shape[1], channels = inputs.shape[1];
        long[] shape = [1, channels, .. Enumerable.Repeat(1L, inputs.shape.Length - 2)];
        var normalised = (inputs - _module.running_mean!.view(shape)) / torch.sqrt(_module.running_var!.view(shape) + _module.eps);
        return Columns(normalised.reshape(n, channels, -1).transpose(1, 2), deltas.reshape(n, p, channels, -1).transpose(2, 3));
    }
}
