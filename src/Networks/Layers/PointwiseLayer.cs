using KernelFlow.Numerics;

namespace KernelFlow.Networks.Layers;

/// <summary>z = φ(a), elementwise, by a function of one number that gives φ and φ'; keeps φ'(a).</summary>
internal sealed class PointwiseLayer(int size, Func<double, (double Value, double Slope)> function) : Layer(size, size, 0)
{
    public override int ExtraSize => OutputSize;

    public override void Forward(Backend backend, double[] w, int offset, in MatrixView a, in MatrixView z, double[] extra)
    {
        for (int i = 0; i < a.Columns; i++)
        {
            var input = a.Column(i);
            var output = z.Column(i);
            for (int j = 0; j < OutputSize; j++) (output[j], extra[i * OutputSize + j]) = function(input[j]);
        }
    }

    public override void Backward(Backend backend, double[] w, int offset, in MatrixView deltaZ, in MatrixView deltaA, int q, double[] extra, double[] scratch)
    {
        for (int r = 0; r < deltaZ.Columns; r++)
            VectorRoutines.Multiply(deltaZ.Column(r), extra.AsSpan(r / q * OutputSize, OutputSize), deltaA.Column(r));
    }
}
