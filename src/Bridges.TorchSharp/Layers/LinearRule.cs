using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>A dense layer: δ ⊗ a, and on sequences the sum of these over the positions.</summary>
internal sealed class LinearRule : FactorRule
{
    private LinearRule(JacobianLayer layer) : base(layer)
    {
    }

    public static LinearRule? Of(TrainedLayer layer, Linear module, ModuleCall call)
    {
        bool bias = layer.Owns("weight", "bias");
        if ((!bias && !layer.Owns("weight")) || call.Inputs.Length < 2) return null;
        long positions = call.Inputs[1..^1].Aggregate(1L, (product, extent) => product * extent);
        return new LinearRule(call.Inputs.Length == 2
            ? JacobianLayer.Dense(layer.Layer.Name, module.in_features, module.out_features, bias)
            : JacobianLayer.AtPositions(layer.Layer.Name, positions, module.in_features, module.out_features, bias));
    }

    public override LayerTensors Factors(Tensor inputs, Tensor deltas)
    {
        if (Layer.Kind == JacobianLayerKind.Dense) return new LayerTensors(Layer, inputs, deltas);
        long n = deltas.shape[0], p = deltas.shape[1], T = Layer.Positions;
        return new LayerTensors(Layer, inputs.reshape(n, T, Layer.Inputs), deltas.reshape(n, p, T, Layer.Outputs));
    }
}
