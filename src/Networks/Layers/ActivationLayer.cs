using KernelFlow.Numerics;

namespace KernelFlow.Networks.Layers;

/// <summary>z = φ(a), elementwise; keeps φ'(a).</summary>
internal sealed class ActivationLayer(int size, ActivationKind kind) : Layer(size, size, 0)
{
    public override int ExtraSize => OutputSize;

    public override void Forward(Backend backend, double[] w, int offset, in MatrixView a, in MatrixView z, double[] extra)
    {
        for (int i = 0; i < a.Columns; i++)
            Activation.Apply(kind, a.Column(i), z.Column(i), extra.AsSpan(i * OutputSize, OutputSize));
    }

    public override void Backward(Backend backend, double[] w, int offset, in MatrixView deltaZ, in MatrixView deltaA, int q, double[] extra, double[] scratch)
    {
        for (int r = 0; r < deltaZ.Columns; r++)
            VectorRoutines.Multiply(deltaZ.Column(r), extra.AsSpan(r / q * OutputSize, OutputSize), deltaA.Column(r));
    }
}
