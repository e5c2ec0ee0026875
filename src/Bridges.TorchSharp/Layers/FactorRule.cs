using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>How the part of J that belongs to one kind of layer is made from what entered it and the derivatives by what left it.</summary>
/// <param name="layer">As the run lists it.</param>
internal abstract class FactorRule(JacobianLayer layer)
{
    /// <summary>As the run lists it.</summary>
    public JacobianLayer Layer { get; } = layer;

    /// <summary>The factors of some examples.</summary>
    /// <param name="inputs">What entered, [n, ...].</param>
    /// <param name="deltas">Derivatives of the outputs by what left, [n, p, ...].</param>
    public abstract LayerTensors Factors(Tensor inputs, Tensor deltas);

    /// <summary>The rule of a layer that is called once per forward pass; null where there is none.</summary>
    public static FactorRule? For(TrainedLayer layer, ModuleCall call)
    {
        ArgumentNullException.ThrowIfNull(layer);
        // The exact types: what a derived class does in its forward pass is not known.
        var type = layer.Module.GetType();
        if (type == typeof(Linear)) return LinearRule.Of(layer, (Linear)layer.Module, call);
        if (type == typeof(Conv1d) || type == typeof(Conv2d)) return ConvolutionRule.Of(layer, (Convolution)layer.Module, call);
        if (type == typeof(LayerNorm)) return new LayerNormRule(layer, (LayerNorm)layer.Module);
        if (type == typeof(Embedding)) return EmbeddingRule.Of(layer, (Embedding)layer.Module);
        if (type == typeof(BatchNorm1d) || type == typeof(BatchNorm2d) || type == typeof(BatchNorm3d))
            return BatchNormRule.Of(layer, (NormBase)layer.Module);
        return null;
    }
}
