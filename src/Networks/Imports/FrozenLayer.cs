using KernelFlow.Networks.Layers;
using KernelFlow.Numerics;

namespace KernelFlow.Networks.Imports;

/// <summary>A layer whose parameters were not trained: they are no columns of the Jacobian.</summary>
internal sealed class FrozenLayer(Layer inner) : Layer(inner.InputSize, inner.OutputSize, 0)
{
    /// <summary>Its parameters.</summary>
    public double[] Parameters { get; } = new double[inner.ParameterCount];

    public override int ExtraSize => inner.ExtraSize;

    public override int ScratchSize => inner.ScratchSize;

    public override void Forward(Backend backend, double[] w, int offset, in MatrixView a, in MatrixView z, double[] extra) =>
        inner.Forward(backend, Parameters, 0, a, z, extra);

    public override void Backward(Backend backend, double[] w, int offset, in MatrixView deltaZ, in MatrixView deltaA, int q, double[] extra,
        double[] scratch) =>
        inner.Backward(backend, Parameters, 0, deltaZ, deltaA, q, extra, scratch);
}
