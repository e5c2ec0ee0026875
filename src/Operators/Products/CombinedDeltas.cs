using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Σ_a weight_a Δ_a of all examples, formed once for Jᵀ and J and for all blocks of vectors with tiles of one width, tile by tile of the outputs:
/// what a thread takes lies in one stream.</summary>
/// <remarks>Only for checkpoints that have the same inputs, and only while half of the ceiling stays free: numbers that would have to be read again are worth
/// more. What is computed is the same to the last bit.</remarks>
internal sealed class CombinedDeltas(MemoryAccount account)
{
    private const int Piece = 16; // examples that a thread takes at a time

    private readonly List<long> _starts = [];
    private double[] _values = [], _weights = [];
    private int[] _checkpoints = [];
    private int _rows, _outputs, _width, _examples;

    /// <summary>Whether a group of checkpoints is combined here.</summary>
    public bool Has(int group) => _starts[group] >= 0;

    /// <summary>Rows × outputs of one example and tile, row-major.</summary>
    /// <param name="group">The group.</param>
    /// <param name="example">The example.</param>
    /// <param name="from">The first output of the tile.</param>
    /// <param name="outputs">Outputs of the tile.</param>
    public ReadOnlySpan<double> Of(int group, int example, int from, int outputs) =>
        _values.AsSpan((int)(_starts[group] + At(example, from, outputs)), _rows * outputs);

    /// <summary>Forms what is not here yet.</summary>
    /// <param name="terms">The checkpoints, all of them in memory.</param>
    /// <param name="examples">Examples.</param>
    /// <param name="rows">Rows of an example: outputs of the network and positions.</param>
    /// <param name="stride">Outputs of the layer.</param>
    /// <param name="first">The first of those that are wanted.</param>
    /// <param name="outputs">How many.</param>
    /// <param name="width">Outputs of a tile.</param>
    /// <param name="spare">Threads that may help.</param>
    /// <returns>False where no checkpoints have the same inputs, or there is no room.</returns>
    public bool Make(FactorTerms terms, int examples, int rows, int stride, int first, int outputs, int width, ThreadBudget spare)
    {
        if (_width == width && _examples == examples && terms.Checkpoints.AsSpan(0, terms.Count).SequenceEqual(_checkpoints)
            && terms.Weights.AsSpan(0, terms.Count).SequenceEqual(_weights)) return true;
        // Until all of it is there, nothing of it counts.
        (_checkpoints, _weights) = ([], []);
        _starts.Clear();
        long each = (long)examples * rows * outputs, length = 0;
        for (int g = 0; g < terms.Groups; g++)
        {
            var (start, end) = terms.Range(g);
            _starts.Add(end - start > 1 ? length : -1);
            if (end - start > 1) length += each;
        }
        if (length == 0 || length > Array.MaxLength || !Grow((int)length)) return false;
        (_rows, _outputs, _width, _examples) = (rows, outputs, width, examples);
        SharedColumns.Run(spare, (examples + Piece - 1) / Piece, length, new Work(this, terms, stride, first));
        (_checkpoints, _weights) = (terms.Checkpoints[..terms.Count], terms.Weights[..terms.Count]);
        return true;
    }

    private long At(int example, int from, int outputs) => (long)from * _examples * _rows + (long)example * _rows * outputs;

    private bool Grow(int length)
    {
        if (_values.Length >= length) return true;
        long bytes = sizeof(double) * (long)(length - _values.Length);
        if (!account.TryTake(bytes, account.Ceiling == MemoryCeiling.None ? 0 : account.Ceiling.Bytes / 2)) return false;
        _values = new double[length];
        return true;
    }

    private readonly struct Work(CombinedDeltas target, FactorTerms terms, int stride, int first) : IColumnWork
    {
        public void Run(int firstPiece, int last)
        {
            int rows = target._rows, width = target._width;
            for (int g = 0; g < terms.Groups; g++)
            {
                if (!target.Has(g)) continue;
                var (start, end) = terms.Range(g);
                ReadOnlySpan<double> weights = terms.Weights.AsSpan(start, end - start);
                ReadOnlySpan<Numbers> deltas = terms.Deltas.AsSpan(start, end - start);
                for (int i = firstPiece * Piece; i < Math.Min(last * Piece, target._examples); i++)
                    for (int from = 0; from < target._outputs; from += width)
                    {
                        int here = Math.Min(width, target._outputs - from);
                        var to = target._values.AsSpan((int)(target._starts[g] + target.At(i, from, here)), rows * here);
                        Numbers.CombineRows(weights, deltas, (long)i * rows * stride + first + from, rows, stride, here, to);
                    }
            }
        }
    }
}
