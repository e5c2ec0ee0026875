using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The recorded kernel blocks of a run, multiplied a few rows at a time as they lie in the files.</summary>
/// <param name="checkpoints">The run.</param>
/// <param name="backend">The dense linear algebra to use.</param>
/// <param name="cacheBytes">How much of the blocks may be kept in memory.</param>
internal sealed class BlockSource(CheckpointSequence checkpoints, Backend backend, long cacheBytes)
{
    private const int Piece = 1 << 21;

    private readonly Dictionary<TensorSource, double[]> _kept = new(ReferenceEqualityComparer.Instance);
    private long _keptBytes;
    private double[] _rows = [];

    public int TrainSize => checkpoints.TrainSize;

    /// <summary>y ← y + K_SS x; the mean of both triangles, since it is symmetric to rounding and that mean is what was meant.</summary>
    public void AddTrain(BlockName block, in MatrixView x, in MatrixView y)
    {
        var c = checkpoints[block.Checkpoint];
        switch (block.Pair)
        {
            case BlockPair.Own:
                Add(c[TensorName.K_SS], 0.5, x, y);
                AddTransposed(c[TensorName.K_SS], 0.5, x, y);
                break;
            case BlockPair.LaterEarlier:
                Add(c[TensorName.K_SS_next], 1, x, y); // J_S,k+1 J_S,kᵀ
                break;
            default:
                AddTransposed(c[TensorName.K_SS_next], 1, x, y);
                break;
        }
    }

    /// <summary>y ← y + K_QS x.</summary>
    public void AddTest(BlockName block, in MatrixView x, in MatrixView y)
    {
        var c = checkpoints[block.Checkpoint];
        switch (block.Pair)
        {
            case BlockPair.Own:
                Add(c[TensorName.K_QS], 1, x, y);
                break;
            case BlockPair.LaterEarlier:
                Add(c[TensorName.K_QS_next], 1, x, y);
                break;
            default:
                AddTransposed(c[TensorName.K_SQ_next], 1, x, y);
                break;
        }
    }

    /// <summary>x ← x + K_QSᵀ y.</summary>
    public void AddTestTransposed(BlockName block, in MatrixView y, in MatrixView x)
    {
        var c = checkpoints[block.Checkpoint];
        switch (block.Pair)
        {
            case BlockPair.Own:
                AddTransposed(c[TensorName.K_QS], 1, y, x);
                break;
            case BlockPair.LaterEarlier:
                AddTransposed(c[TensorName.K_QS_next], 1, y, x);
                break;
            default:
                Add(c[TensorName.K_SQ_next], 1, y, x);
                break;
        }
    }

    /// <summary>Visits the rows of a block, a few at a time: each a column of what is given.</summary>
    public void Visit(TensorSource tensor, int rows, Action<int, MatrixView> visit)
    {
        int width = (int)(tensor.Count / rows);
        if (Kept(tensor) is { } all)
        {
            visit(0, new MatrixView(all, width, rows));
            return;
        }
        int together = Math.Clamp(Piece / width, 1, rows);
        if (_rows.Length < together * width) _rows = new double[together * width];
        for (int row = 0; row < rows; row += together)
        {
            int count = Math.Min(together, rows - row);
            tensor.Read((long)row * width, _rows.AsSpan(0, count * width));
            visit(row, new MatrixView(_rows, width, count));
        }
    }

    private void Add(TensorSource tensor, double factor, in MatrixView x, in MatrixView y)
    {
        var (from, to) = (x, y);
        Visit(tensor, y.Rows, (row, piece) =>
            backend.Gemm(Op.Transpose, Op.None, factor, piece, from, 1, to.Slice(row, 0, piece.Columns, to.Columns)));
    }

    private void AddTransposed(TensorSource tensor, double factor, in MatrixView x, in MatrixView y)
    {
        var (from, to) = (x, y);
        Visit(tensor, x.Rows, (row, piece) =>
            backend.Gemm(Op.None, Op.None, factor, piece, from.Slice(row, 0, piece.Columns, from.Columns), 1, to));
    }

    private double[]? Kept(TensorSource tensor)
    {
        if (_kept.TryGetValue(tensor, out double[]? found)) return found;
        if (tensor.Count > Array.MaxLength || _keptBytes + 8 * tensor.Count > cacheBytes) return null;
        _keptBytes += 8 * tensor.Count;
        return _kept[tensor] = tensor.ReadAll();
    }
}
