using System.Runtime.CompilerServices;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>A Jacobian [n, p, D] that is kept as factors of its layers and expanded piece by piece when it is read.</summary>
/// <remarks>It is a tensor as any other: whoever reads J_S need not know how it was recorded. Whoever knows takes <see cref="Layers"/> and never expands.
/// Nothing is held between calls; a read holds the factors of a few examples.</remarks>
public sealed class FactoredJacobian : TensorSource
{
    private readonly int _outputs;
    private readonly long[] _offsets;

    /// <summary>Makes the Jacobian of factors whose shapes were checked.</summary>
    /// <param name="name">J_S, J_Q, J_S_mid or J_Q_mid.</param>
    /// <param name="location">Where the factors come from, for messages.</param>
    /// <param name="examples">n, or m for a Jacobian of test outputs.</param>
    /// <param name="outputs">p: outputs per example.</param>
    /// <param name="layers">The factors of every layer, in the order of the columns.</param>
    public FactoredJacobian(TensorName name, string location, long examples, int outputs, IReadOnlyList<LayerFactors> layers)
        : base(NotNull(name), NotNull(location), [examples, outputs, Width(layers)], Coarsest(layers))
    {
        Layers = layers;
        _outputs = outputs;
        _offsets = new long[layers.Count + 1];
        for (int l = 0; l < layers.Count; l++) _offsets[l + 1] = _offsets[l] + layers[l].Layer.Columns;
    }

    /// <summary>The factors of every layer, in the order of the columns.</summary>
    public IReadOnlyList<LayerFactors> Layers { get; }

    /// <summary>The first column of a layer.</summary>
    /// <param name="layer">Its index in <see cref="Layers"/>.</param>
    public long FirstColumn(int layer) => _offsets[layer];

    /// <summary>The tensors that were recorded for it.</summary>
    public IEnumerable<TensorSource> Tensors => Layers.SelectMany(l => l.Tensors);

    /// <inheritdoc/>
    protected override void ReadCore(long first, Span<double> destination)
    {
        long width = _offsets[^1];
        while (destination.Length > 0)
        {
            long row = Math.DivRem(first, width, out long column), rows = column == 0 ? destination.Length / width : 0;
            int columns = (int)Math.Min(width - column, destination.Length), taken = rows > 0 ? (int)(rows * columns) : columns;
            Expand(row, (int)Math.Max(rows, 1), column, columns, destination[..taken], columns);
            destination = destination[taken..];
            first += taken;
        }
    }

    /// <inheritdoc/>
    protected override void ReadTransposedCore(long firstColumn, in MatrixView block)
    {
        if (block.Rows == 0) return;
        if (block.Columns != Shape[0] * _outputs)
        {
            base.ReadTransposedCore(firstColumn, block);
            return;
        }
        Expand(0, block.Columns, firstColumn, block.Rows, block.Array.AsSpan(block.Offset), block.LeadingDimension);
        // The factors are finite; a product of them may still be too large for a float64.
        for (int r = 0; r < block.Columns; r++) RequireFinite(r * _offsets[^1] + firstColumn, block.Column(r));
    }

    private void Expand(long firstRow, int rows, long firstColumn, int columns, Span<double> target, int stride)
    {
        for (int l = 0; l < Layers.Count; l++)
        {
            long from = Math.Max(firstColumn, _offsets[l]), to = Math.Min(firstColumn + columns, _offsets[l + 1]);
            if (from >= to) continue;
            var part = target[(int)(from - firstColumn)..];
            var layer = Layers[l].Layer;
            long first = from - _offsets[l], end = to - _offsets[l], weights = layer.WeightColumns;
            if (layer.Kind == JacobianLayerKind.Columns)
            {
                for (int r = 0; r < rows; r++) Layers[l].Columns!.Read((firstRow + r) * layer.Columns + first, part.Slice(r * stride, (int)(end - first)));
                continue;
            }
            if (first < weights) LayerExpansion.Weights(Layers[l], _outputs, firstRow, rows, first, Math.Min(end, weights), part, stride);
            if (end <= weights) continue;
            int skipped = (int)Math.Max(weights - first, 0);
            LayerExpansion.Biases(Layers[l], firstRow, rows, (int)(Math.Max(first, weights) - weights), (int)(end - weights), part[skipped..], stride);
        }
    }

    private static T NotNull<T>(T value, [CallerArgumentExpression(nameof(value))] string? parameter = null) where T : class =>
        value ?? throw new ArgumentNullException(parameter);

    private static long Width(IReadOnlyList<LayerFactors> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0) throw new ArgumentException("A factored Jacobian has at least one layer.", nameof(layers));
        return layers.Aggregate(0L, (sum, l) => checked(sum + l.Layer.Columns));
    }

    private static StorageType Coarsest(IReadOnlyList<LayerFactors> layers) => layers.SelectMany(l => l.Tensors).MaxBy(t => t.Type.Epsilon())!.Type;
}
