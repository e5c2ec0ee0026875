using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>A layer's part of J_a J_bᵀ from its factors, without J: Σ_{t,t'} ((A_t A_t'ᵀ + β) ⊗ 1) ∘ (Δ_t Δ_t'ᵀ).</summary>
/// <remarks>2(n+m)²·inputs + 2(N+M)²·outputs flops per pair of positions, where the product of expanded rows takes 2(N+M)²·inputs·outputs.</remarks>
/// <param name="backend">The dense linear algebra to use.</param>
public sealed class FactorProduct(Backend backend)
{
    private readonly Backend _backend = backend ?? throw new ArgumentNullException(nameof(backend));
    private double[] _inputs = [], _deltas = [], _column = [];

    /// <summary>Whether the products of the factors are less work than those of expanded rows.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="outputs">p: rows of J per example.</param>
    public static bool IsCheaper(JacobianLayer layer, int outputs)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer.Kind == JacobianLayerKind.Columns) return false;
        // Per element of the product; a symmetric one is half the work where there is one position. 4 stands for what is moved and not multiplied.
        double k = layer.Inputs, q = layer.Outputs, T = layer.Positions, both = 2 * k / ((double)outputs * outputs) + 2 * q + 4;
        return (T == 1 ? 0.5 : T * T) * both < layer.Columns;
    }

    /// <summary>target ← target + J_a J_bᵀ for the examples of both.</summary>
    /// <remarks>A matrix of the size of the target is held: whoever has many examples takes a few of them at a time.</remarks>
    /// <param name="a">Factors of the rows of the product.</param>
    /// <param name="b">Factors of its columns; for the same block it is symmetric to rounding.</param>
    /// <param name="target">As many rows and columns as J_a and J_b have rows.</param>
    public void Add(LayerBlock a, LayerBlock b, in MatrixView target)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        int p = a.Outputs, height = a.Examples * p, width = b.Examples * p;
        if (target.Rows != height || target.Columns != width)
            throw new ArgumentException($"The target is {target.Rows}x{target.Columns}, the product {height}x{width}.", nameof(target));
        if (height == 0 || width == 0) return;
        bool square = a == b && a.Positions == 1;
        Grow(ref _inputs, (long)a.Examples * b.Examples);
        Grow(ref _deltas, (long)height * width);
        Grow(ref _column, height);
        MatrixView inputs = new(_inputs, a.Examples, b.Examples), deltas = new(_deltas, height, width);
        for (int t = 0; t < a.Positions; t++)
            for (int s = 0; s < b.Positions; s++)
            {
                if (square)
                {
                    _backend.Syrk(Op.Transpose, 1, a.Inputs(t), 0, inputs);
                    _backend.Syrk(Op.Transpose, 1, a.Deltas(t), 0, deltas);
                }
                else
                {
                    _backend.Gemm(Op.Transpose, Op.None, 1, a.Inputs(t), b.Inputs(s), 0, inputs);
                    _backend.Gemm(Op.Transpose, Op.None, 1, a.Deltas(t), b.Deltas(s), 0, deltas);
                }
                Multiply(inputs, deltas, a.Bias, p, target);
            }
    }

    // target += ((inputs + β) ⊗ 1) ∘ deltas: what an example multiplies is the same for its p rows and p columns.
    private void Multiply(in MatrixView inputs, in MatrixView deltas, double bias, int p, in MatrixView target)
    {
        var repeated = _column.AsSpan(0, target.Rows);
        for (int j = 0; j < inputs.Columns; j++)
        {
            var column = inputs.Column(j);
            for (int i = 0; i < column.Length; i++) repeated.Slice(i * p, p).Fill(column[i] + bias);
            for (int c = j * p; c < (j + 1) * p; c++)
            {
                var product = deltas.Column(c);
                VectorRoutines.Multiply(product, repeated, product);
                VectorRoutines.Axpy(1, product, target.Column(c));
            }
        }
    }

    private static void Grow(ref double[] buffer, long length)
    {
        if (buffer.Length < length) buffer = new double[ArraySize.Of(length, 1)];
    }
}
