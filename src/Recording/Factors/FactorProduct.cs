using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>A layer's part of J_a J_bᵀ from its factors, without J: Σ_{t,t'} ((A_t A_t'ᵀ + β) ⊗ 1) ∘ (Δ_t Δ_t'ᵀ).</summary>
/// <remarks>2(n+m)²·inputs + 2(N+M)²·outputs flops per pair of positions, where the product of expanded rows takes 2(N+M)²·inputs·outputs.</remarks>
public sealed class FactorProduct
{
    // ΔΔᵀ is formed for as many columns of the product at a time: 32 MB.
    private const int ScratchElements = 1 << 22;

    private readonly Backend _backend;
    private double[] _inputs = [], _deltas = [], _column = [];

    /// <summary>Makes work space.</summary>
    /// <param name="backend">The dense linear algebra to use.</param>
    public FactorProduct(Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        _backend = backend;
    }

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

    /// <summary>target ← target + J_a J_bᵀ for chosen examples of both.</summary>
    /// <param name="a">Factors of the rows of the product.</param>
    /// <param name="rows">The first of their examples, and how many.</param>
    /// <param name="b">Factors of its columns.</param>
    /// <param name="columns">The first of their examples, and how many.</param>
    /// <param name="target">count·p × count·p.</param>
    public void Add(LayerBlock a, (int First, int Count) rows, LayerBlock b, (int First, int Count) columns, in MatrixView target)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (rows.Count == 0 || columns.Count == 0) return;
        int p = a.Outputs, height = rows.Count * p, together = (int)Math.Clamp(ScratchElements / ((long)height * p), 1, columns.Count);
        bool square = a == b && rows == columns && a.Positions == 1 && together == columns.Count;
        Grow(ref _inputs, (long)rows.Count * together);
        Grow(ref _deltas, (long)height * together * p);
        Grow(ref _column, height);
        for (int first = 0; first < columns.Count; first += together)
        {
            int count = Math.Min(together, columns.Count - first);
            MatrixView inputs = new(_inputs, rows.Count, count), deltas = new(_deltas, height, count * p);
            for (int t = 0; t < a.Positions; t++)
                for (int s = 0; s < b.Positions; s++)
                {
                    if (square)
                    {
                        _backend.Syrk(Op.Transpose, 1, a.Inputs(t, rows.First, rows.Count), 0, inputs);
                        _backend.Syrk(Op.Transpose, 1, a.Deltas(t, rows.First, rows.Count), 0, deltas);
                    }
                    else
                    {
                        int column = columns.First + first;
                        _backend.Gemm(Op.Transpose, Op.None, 1, a.Inputs(t, rows.First, rows.Count), b.Inputs(s, column, count), 0, inputs);
                        _backend.Gemm(Op.Transpose, Op.None, 1, a.Deltas(t, rows.First, rows.Count), b.Deltas(s, column, count), 0, deltas);
                    }
                    Multiply(inputs, deltas, a.Bias, p, target.ColumnRange(first * p, count * p));
                }
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
