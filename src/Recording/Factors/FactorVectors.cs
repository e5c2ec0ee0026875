using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>J and Jᵀ times blocks of vectors from the factors of the layers, for chosen columns of J; no row of J is ever formed.</summary>
/// <remarks>
/// A layer has (J V)_ic = Σ_t δ_ictᵀ(W a_it + b), where W and b are the vector in the shape of the layer, and JᵀB is Σ_it (Σ_c b_ic δ_ict) ⊗ a_it for the
/// weights. That is 2T/p of the flops of expanded rows, and nothing is expanded. Factors are read a few examples at a time: at most 8 MB of them are held, or
/// those of one example.
/// </remarks>
/// <param name="backend">The dense linear algebra to use.</param>
public sealed class FactorVectors(Backend backend)
{
    private const int PieceElements = 1 << 20;

    private readonly Backend _backend = backend ?? throw new ArgumentNullException(nameof(backend));
    private double[] _inputs = [], _deltas = [], _between = [], _one = [];

    /// <summary>Told J_iᵀb_i of one example for some of the columns.</summary>
    /// <param name="example">Which example.</param>
    /// <param name="at">Where these columns begin, counted from the first one asked for.</param>
    /// <param name="values">The numbers; valid during the call.</param>
    public delegate void ExampleVisitor(int example, int at, ReadOnlySpan<double> values);

    /// <summary>y ← y + factor·J V for the columns of J from one on, as many as V has rows.</summary>
    /// <param name="jacobian">J.</param>
    /// <param name="firstColumn">The first of the columns.</param>
    /// <param name="v">One vector a column.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="y">N × the number of vectors.</param>
    public void Multiply(FactoredJacobian jacobian, long firstColumn, in MatrixView v, double factor, in MatrixView y)
    {
        Check(jacobian, firstColumn, v, y);
        int p = (int)jacobian.Shape[1];
        foreach (var part in LayerPart.Of(jacobian, firstColumn, v.Rows))
        {
            foreach (var (first, count) in Pieces(part, jacobian))
            {
                var piece = Load(part, p, first, count);
                for (int j = 0; j < v.Columns; j++)
                {
                    var target = y.Column(j).Slice(first * p, count * p);
                    if (part.IsPlain || part.IsBias) piece.AddProducts(v.Column(j).Slice(part.At, part.Count), factor, target);
                    else
                    {
                        var leaving = new MatrixView(_between, part.Outputs, count * part.Positions);
                        _backend.Gemm(Op.Transpose, Op.None, 1, part.Weights(v, j), piece.Inputs, 0, leaving);
                        piece.AddProducts(_between, factor, target);
                    }
                }
            }
        }
    }

    /// <summary>Z ← Z + factor·JᵀB for the columns of J from one on, as many as Z has rows.</summary>
    /// <param name="jacobian">J.</param>
    /// <param name="firstColumn">The first of the columns.</param>
    /// <param name="b">One vector a column, N long.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="z">One result a column.</param>
    public void MultiplyTransposed(FactoredJacobian jacobian, long firstColumn, in MatrixView b, double factor, in MatrixView z)
    {
        Check(jacobian, firstColumn, z, b);
        int p = (int)jacobian.Shape[1];
        foreach (var part in LayerPart.Of(jacobian, firstColumn, z.Rows))
        {
            foreach (var (first, count) in Pieces(part, jacobian))
            {
                var piece = Load(part, p, first, count);
                for (int j = 0; j < b.Columns; j++)
                {
                    var weights = b.Column(j).Slice(first * p, count * p);
                    if (part.IsPlain || part.IsBias) piece.AddCombination(weights, factor, z.Column(j).Slice(part.At, part.Count));
                    else
                    {
                        piece.Combine(weights, factor, _between);
                        var entering = new MatrixView(_between, part.Outputs, count * part.Positions);
                        _backend.Gemm(Op.None, Op.Transpose, 1, piece.Inputs, entering, 1, part.Weights(z, j));
                    }
                }
            }
        }
    }

    /// <summary>J_iᵀb_i of every example on its own, for the columns of J from one on: what a sum over examples does not tell.</summary>
    /// <param name="jacobian">J.</param>
    /// <param name="firstColumn">The first of the columns.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="b">N numbers.</param>
    /// <param name="visit">Told every example, one part of the columns after the other.</param>
    public void EachExample(FactoredJacobian jacobian, long firstColumn, int columns, ReadOnlySpan<double> b, ExampleVisitor visit)
    {
        ArgumentNullException.ThrowIfNull(jacobian);
        ArgumentNullException.ThrowIfNull(visit);
        int p = (int)jacobian.Shape[1];
        if (b.Length != jacobian.Shape[0] * p) throw new ArgumentException($"{b.Length} numbers for {jacobian.Shape[0] * p} rows.", nameof(b));
        Grow(ref _one, columns);
        foreach (var part in LayerPart.Of(jacobian, firstColumn, columns))
        {
            var one = _one.AsSpan(0, part.Count);
            foreach (var (first, count) in Pieces(part, jacobian))
            {
                var piece = Load(part, p, first, count);
                if (!part.IsPlain && !part.IsBias) piece.Combine(b.Slice(first * p, count * p), 1, _between);
                for (int i = 0; i < count; i++)
                {
                    if (part.IsPlain || part.IsBias)
                    {
                        one.Clear();
                        piece.AddCombination(b.Slice((first + i) * p, p), 1, one, i);
                    }
                    else
                    {
                        int T = part.Positions;
                        var entering = new MatrixView(_between, i * T * part.Outputs, part.Outputs, T, part.Outputs);
                        var weights = new MatrixView(_one, part.InputCount, part.Outputs);
                        _backend.Gemm(Op.None, Op.Transpose, 1, piece.Inputs.ColumnRange(i * T, T), entering, 0, weights);
                    }
                    visit(first + i, part.At, one);
                }
            }
        }
    }

    private LayerPiece Load(in LayerPart part, int p, int first, int count)
    {
        Grow(ref _inputs, part.InputElements * count);
        Grow(ref _deltas, part.DeltaElements(p) * count);
        Grow(ref _between, (long)part.Outputs * part.Positions * count);
        return LayerPiece.Read(part, p, first, count, _inputs, _deltas);
    }

    private static IEnumerable<(int First, int Count)> Pieces(LayerPart part, FactoredJacobian jacobian)
    {
        int p = (int)jacobian.Shape[1], n = (int)jacobian.Shape[0];
        long each = part.InputElements + part.DeltaElements(p) + (long)part.Outputs * part.Positions;
        int together = (int)Math.Clamp(PieceElements / each, 1, Math.Max(n, 1));
        for (int first = 0; first < n; first += together) yield return (first, Math.Min(together, n - first));
    }

    private static void Check(FactoredJacobian jacobian, long firstColumn, in MatrixView columns, in MatrixView rows)
    {
        ArgumentNullException.ThrowIfNull(jacobian);
        if (firstColumn < 0 || firstColumn > jacobian.Shape[2] - columns.Rows)
            throw new ArgumentOutOfRangeException(nameof(firstColumn), $"Columns [{firstColumn}, {firstColumn + columns.Rows}) of {jacobian.ShapeText}.");
        if (rows.Rows != jacobian.Shape[0] * jacobian.Shape[1] || rows.Columns != columns.Columns)
            throw new ArgumentException($"{rows.Rows}x{rows.Columns} numbers for the rows of {jacobian.ShapeText} and {columns.Columns} vectors.");
    }

    private static void Grow(ref double[] buffer, long length)
    {
        if (buffer.Length < length) buffer = new double[ArraySize.Of(length, 1)];
    }
}
