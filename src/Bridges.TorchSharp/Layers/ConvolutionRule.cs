using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>A convolution over one or two dimensions: a dense layer on the patches under its kernel.</summary>
/// <remarks>Groups and other paddings than zeros have no rule.</remarks>
internal sealed class ConvolutionRule : FactorRule
{
    private readonly (long, long) _kernel, _stride, _padding, _dilation;

    private ConvolutionRule(JacobianLayer layer, Convolution module) : base(layer)
    {
        _kernel = Pair(module.kernel_size, 1);
        _stride = Pair(module.stride, 1);
        _padding = Pair(module.padding!, 0);
        _dilation = Pair(module.dilation, 1);
    }

    public static ConvolutionRule? Of(TrainedLayer layer, Convolution module, ModuleCall call)
    {
        bool bias = layer.Owns("weight", "bias");
        int dimensions = module.kernel_size.Length;
        if ((!bias && !layer.Owns("weight")) || module.groups != 1 || module.transposed || module.padding_mode != PaddingModes.Zeros
            || module.padding_type is not null || module.padding is null || call.Inputs.Length != dimensions + 2) return null;
        long positions = call.Outputs[2..].Aggregate(1L, (product, extent) => product * extent);
        long inputs = module.in_channels * module.kernel_size.Aggregate(1L, (product, extent) => product * extent);
        return new ConvolutionRule(JacobianLayer.AtPositions(layer.Layer.Name, positions, inputs, module.out_channels, bias), module);
    }

    public override LayerTensors Factors(Tensor inputs, Tensor deltas)
    {
        long n = deltas.shape[0], p = deltas.shape[1];
        var image = inputs.dim() == 3 ? inputs.unsqueeze(2) : inputs;
        var patches = torch.nn.functional.unfold(image, _kernel, _dilation, _padding, _stride);
        return new LayerTensors(Layer, patches.transpose(1, 2), deltas.reshape(n, p, Layer.Outputs, Layer.Positions).transpose(2, 3));
    }

    // One dimension is the second of two.
    private static (long, long) Pair(long[] extents, long other) => extents.Length == 1 ? (other, extents[0]) : (extents[0], extents[1]);
}
