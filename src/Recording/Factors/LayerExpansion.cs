using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>Rows of the part of J that belongs to one layer, from its factors.</summary>
internal static class LayerExpansion
{
    /// <summary>target[r·stride + j] = Σ_t δ_rt[o] a_it[k] for the weight columns o·inputs + k from first to end.</summary>
    /// <param name="factors">The factors of the layer.</param>
    /// <param name="outputs">p: rows per example.</param>
    /// <param name="firstRow">The first row of J.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="first">The first weight.</param>
    /// <param name="end">The weight after the last one.</param>
    /// <param name="target">Receives the numbers.</param>
    /// <param name="stride">Distance of two rows in the target.</param>
    public static void Weights(LayerFactors factors, int outputs, long firstRow, int rows, long first, long end, Span<double> target, int stride)
    {
        var layer = factors.Layer;
        int positions = (int)layer.Positions, k = (int)layer.Inputs;
        int o0 = (int)(first / k), o1 = (int)((end - 1) / k) + 1;
        var inputs = new RowWindow(factors.Inputs!, checked(positions * k), (rows + outputs - 1L) / outputs + 1);
        var deltas = Deltas(factors, rows, o0, o1);
        int width = deltas.Width / positions, shift = width == (int)layer.Outputs ? 0 : o0; // the first output that was read
        for (int r = 0; r < rows; r++)
        {
            var a = inputs.Row((firstRow + r) / outputs);
            var delta = deltas.Row(firstRow + r);
            for (int o = o0; o < o1; o++)
            {
                long start = Math.Max(first, (long)o * k), stop = Math.Min(end, (o + 1L) * k);
                var piece = target.Slice((int)(r * (long)stride + start - first), (int)(stop - start));
                int at = (int)(start - (long)o * k);
                VectorRoutines.Scale(delta[o - shift], a.Slice(at, piece.Length), piece);
                for (int t = 1; t < positions; t++) VectorRoutines.Axpy(delta[t * width + o - shift], a.Slice(t * k + at, piece.Length), piece);
            }
        }
    }

    /// <summary>target[r·stride + j] = Σ_t δ_rt[o] for the biases o from first to end.</summary>
    /// <param name="factors">The factors of the layer.</param>
    /// <param name="firstRow">The first row of J.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="first">The first bias.</param>
    /// <param name="end">The bias after the last one.</param>
    /// <param name="target">Receives the numbers.</param>
    /// <param name="stride">Distance of two rows in the target.</param>
    public static void Biases(LayerFactors factors, long firstRow, int rows, int first, int end, Span<double> target, int stride)
    {
        int positions = (int)factors.Layer.Positions;
        var deltas = Deltas(factors, rows, first, end);
        int width = deltas.Width / positions, shift = width == (int)factors.Layer.Outputs ? first : 0;
        for (int r = 0; r < rows; r++)
        {
            var delta = deltas.Row(firstRow + r);
            var piece = target.Slice((int)(r * (long)stride), end - first);
            delta.Slice(shift, piece.Length).CopyTo(piece);
            for (int t = 1; t < positions; t++) VectorRoutines.Axpy(1, delta.Slice(t * width + shift, piece.Length), piece);
        }
    }

    // A few of many values are read alone where they lie beside each other: with one position.
    private static RowWindow Deltas(LayerFactors factors, int rows, int from, int to)
    {
        var layer = factors.Layer;
        int width = checked((int)(layer.Positions * layer.Outputs));
        return layer.Positions == 1 && 4L * (to - from) < width ? new RowWindow(factors.Deltas!, width, 1, from, to)
            : new RowWindow(factors.Deltas!, width, rows);
    }

    /// <summary>Rows of a tensor in increasing order, several read at a time.</summary>
    private sealed class RowWindow
    {
        private const int PieceElements = 1 << 15;

        private readonly TensorSource _tensor;
        private readonly long _stored;
        private readonly int _from;
        private readonly double[] _values;
        private long _first, _count;

        public RowWindow(TensorSource tensor, int stored, long rows) : this(tensor, stored, Math.Clamp(PieceElements / stored, 1, rows), 0, stored) { }

        public RowWindow(TensorSource tensor, int stored, long together, int from, int to)
        {
            (_tensor, _stored, _from, Width) = (tensor, stored, from, to - from);
            _values = new double[ArraySize.Of(together, Width)];
        }

        public int Width { get; }

        public ReadOnlySpan<double> Row(long row)
        {
            if (row < _first || row >= _first + _count)
            {
                (_first, _count) = (row, Math.Min(_values.Length / Width, _tensor.Count / _stored - row));
                _tensor.Read(row * _stored + _from, _values.AsSpan(0, (int)_count * Width));
            }
            return _values.AsSpan((int)(row - _first) * Width, Width);
        }
    }
}
