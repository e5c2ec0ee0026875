using KernelFlow.Numerics;

namespace KernelFlow.Networks.Layers;

/// <summary>z = γ x̂ + β, where x̂ is a without its mean and over its spread; keeps x̂. Parameters: γ, then β, each if there is one.</summary>
/// <param name="size">Values per example.</param>
/// <param name="affine">Which γ and β an element has.</param>
/// <param name="count">How many of each there are; 0 for none.</param>
/// <param name="bias">Whether there are β beside γ.</param>
internal abstract class NormLayer(int size, int[] affine, int count, bool bias) : Layer(size, size, count * (bias ? 2 : 1))
{
    /// <summary>Which γ and β an element has.</summary>
    protected int[] Index => affine;

    public override void Forward(Backend backend, double[] w, int offset, in MatrixView a, in MatrixView z, double[] extra)
    {
        for (int i = 0; i < a.Columns; i++)
        {
            var normal = extra.AsSpan(i * ExtraSize, ExtraSize);
            Normalise(a.Column(i), normal);
            var output = z.Column(i);
            for (int e = 0; e < OutputSize; e++) output[e] = Scale(w, offset, e) * normal[e] + (count > 0 && bias ? w[offset + count + affine[e]] : 0);
        }
    }

    public override void Backward(Backend backend, double[] w, int offset, in MatrixView deltaZ, in MatrixView deltaA, int q, double[] extra, double[] scratch)
    {
        for (int r = 0; r < deltaZ.Columns; r++)
        {
            var from = deltaZ.Column(r);
            var to = deltaA.Column(r);
            for (int e = 0; e < OutputSize; e++) to[e] = Scale(w, offset, e) * from[e];
            Back(extra.AsSpan(r / q * ExtraSize, ExtraSize), to);
        }
    }

    public override void Gradient(Backend backend, in MatrixView a, in MatrixView deltaZ, double[] extra, double[] gradient, int offset)
    {
        var sum = gradient.AsSpan(offset, ParameterCount);
        sum.Clear();
        for (int i = 0; i < deltaZ.Columns; i++) AddRow(deltaZ.Column(i), extra.AsSpan(i * ExtraSize, ExtraSize), sum);
    }

    public override void Rows(Backend backend, in MatrixView a, in MatrixView deltaZ, int q, double[] extra, in MatrixView rows, int offset)
    {
        for (int r = 0; r < deltaZ.Columns; r++)
        {
            var row = rows.Column(r).Slice(offset, ParameterCount);
            row.Clear();
            AddRow(deltaZ.Column(r), extra.AsSpan(r / q * ExtraSize, ExtraSize), row);
        }
    }

    public override JacobianLayer? Describe(string name) => ParameterCount == 0 ? null : JacobianLayer.Plain(name, ParameterCount);

    // No product: the columns themselves.
    public override void Factors(in MatrixView a, in MatrixView deltaZ, double[] extra, Span<double> inputs, Span<double> deltas)
    {
        int q = deltaZ.Columns / a.Columns;
        for (int r = 0; r < deltaZ.Columns; r++)
        {
            var row = deltas.Slice(r * ParameterCount, ParameterCount);
            row.Clear();
            AddRow(deltaZ.Column(r), extra.AsSpan(r / q * ExtraSize, ExtraSize), row);
        }
    }

    /// <summary>Writes x̂ to the first elements of what is kept, and behind it what <see cref="Back"/> needs.</summary>
    protected abstract void Normalise(ReadOnlySpan<double> a, Span<double> kept);

    /// <summary>delta ← (∂x̂/∂a)ᵀ delta.</summary>
    protected abstract void Back(ReadOnlySpan<double> kept, Span<double> delta);

    private double Scale(double[] w, int offset, int element) => count > 0 ? w[offset + affine[element]] : 1;

    private void AddRow(ReadOnlySpan<double> delta, ReadOnlySpan<double> normal, Span<double> row)
    {
        if (count == 0) return;
        for (int e = 0; e < OutputSize; e++)
        {
            row[affine[e]] += delta[e] * normal[e];
            if (bias) row[count + affine[e]] += delta[e];
        }
    }
}
