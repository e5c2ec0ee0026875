using KernelFlow.Numerics;

namespace KernelFlow.Networks.Layers;

/// <summary>z = α W a + b. Parameters: W row-major (output × input), then b, unless there is none.</summary>
internal sealed class DenseLayer(int inputSize, int outputSize, WeightScaling scaling, bool bias = true)
    : Layer(inputSize, outputSize, checked(outputSize * (inputSize + (bias ? 1 : 0))))
{
    private int BiasOffset => OutputSize * InputSize;

    public override void Initialise(Span<double> w, RandomStream random, double scale) => scaling.Initialise(w[..BiasOffset], w[BiasOffset..], random, scale);

    public override void Forward(Backend backend, double[] w, int offset, in MatrixView a, in MatrixView z, double[] extra)
    {
        if (bias)
        {
            var b = w.AsSpan(offset + BiasOffset, OutputSize);
            for (int i = 0; i < z.Columns; i++) b.CopyTo(z.Column(i));
        }
        backend.Gemm(Op.Transpose, Op.None, scaling.Multiplier, Weights(w, offset), a, bias ? 1 : 0, z);
    }

    public override void Backward(Backend backend, double[] w, int offset, in MatrixView deltaZ, in MatrixView deltaA, int q,
        double[] extra, double[] scratch) =>
        backend.Gemm(Op.None, Op.None, scaling.Multiplier, Weights(w, offset), deltaZ, 0, deltaA);

    public override void Gradient(Backend backend, in MatrixView a, in MatrixView deltaZ, double[] extra, double[] gradient, int offset)
    {
        backend.Gemm(Op.None, Op.Transpose, scaling.Multiplier, a, deltaZ, 0, Weights(gradient, offset));
        if (!bias) return;
        var b = gradient.AsSpan(offset + BiasOffset, OutputSize);
        b.Clear();
        for (int i = 0; i < deltaZ.Columns; i++) VectorRoutines.Axpy(1, deltaZ.Column(i), b);
    }

    public override void Rows(Backend backend, in MatrixView a, in MatrixView deltaZ, int q, double[] extra, in MatrixView rows, int offset)
    {
        for (int r = 0; r < deltaZ.Columns; r++)
        {
            var delta = deltaZ.Column(r);
            var input = a.Column(r / q);
            var row = rows.Column(r).Slice(offset, ParameterCount);
            for (int o = 0; o < OutputSize; o++) VectorRoutines.Scale(scaling.Multiplier * delta[o], input, row.Slice(o * InputSize, InputSize));
            if (bias) delta.CopyTo(row[BiasOffset..]);
        }
    }

    public override JacobianLayer Describe(string name) => JacobianLayer.Dense(name, InputSize, OutputSize, bias);

    public override void Factors(in MatrixView a, in MatrixView deltaZ, double[] extra, Span<double> inputs, Span<double> deltas)
    {
        for (int i = 0; i < a.Columns; i++) VectorRoutines.Scale(scaling.Multiplier, a.Column(i), inputs.Slice(i * InputSize, InputSize));
        for (int r = 0; r < deltaZ.Columns; r++) deltaZ.Column(r).CopyTo(deltas[(r * OutputSize)..]);
    }

    // Row-major output × input is column-major input × output: Wᵀ.
    private MatrixView Weights(double[] w, int offset) => new(w, offset, InputSize, OutputSize, InputSize);
}
