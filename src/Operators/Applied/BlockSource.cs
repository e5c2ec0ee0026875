using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The recorded kernel blocks of a run, multiplied as they lie in memory or, where there is no room for them, in the files.</summary>
/// <param name="checkpoints">The run.</param>
/// <param name="shelf">What is kept in memory.</param>
/// <param name="backend">The dense linear algebra to use.</param>
internal sealed class BlockSource(CheckpointSequence checkpoints, NumberShelf shelf, Backend backend)
{
    private readonly BlockPass _pass = new(shelf, backend);
    private (int First, int Last) _held = (-1, -1);
    private HashSet<TensorSource> _wanted = [];

    public int TrainSize => checkpoints.TrainSize;

    /// <summary>Says between which checkpoints products are taken next: what belongs to them is not given up for one another.</summary>
    public void Hold(int first, int last)
    {
        if (_held == (first, last)) return;
        _wanted = new(checkpoints[first].Tensors.Values.Concat(checkpoints[last].Tensors.Values), ReferenceEqualityComparer.Instance);
        _held = (first, last);
    }

    /// <summary>y ← y + K_SS x; the mean of both triangles, since it is symmetric to rounding and that mean is what was meant.</summary>
    public void AddTrain(BlockName block, in MatrixView x, in MatrixView y)
    {
        var c = checkpoints[block.Checkpoint];
        int n = TrainSize;
        switch (block.Pair)
        {
            case BlockPair.Own:
                _pass.Run([new(c[TensorName.K_SS], 0.5)], n, n, _wanted, (x, y), (x, y));
                break;
            case BlockPair.LaterEarlier:
                _pass.Run([new(c[TensorName.K_SS_next], 1)], n, n, _wanted, (x, y), null); // J_S,k+1 J_S,kᵀ
                break;
            default:
                _pass.Run([new(c[TensorName.K_SS_next], 1)], n, n, _wanted, null, (x, y));
                break;
        }
    }

    /// <summary>y ← y + K_QS x.</summary>
    public void AddTest(BlockName block, in MatrixView x, in MatrixView y) => Test(block, x, y, transposed: false);

    /// <summary>x ← x + K_QSᵀ y.</summary>
    public void AddTestTransposed(BlockName block, in MatrixView y, in MatrixView x) => Test(block, y, x, transposed: true);

    // K_SQ_next has the training outputs as rows, and so is multiplied from the other side.
    private void Test(BlockName block, in MatrixView from, in MatrixView to, bool transposed)
    {
        var c = checkpoints[block.Checkpoint];
        var tensor = c[block.Pair switch
        {
            BlockPair.Own => TensorName.K_QS,
            BlockPair.LaterEarlier => TensorName.K_QS_next,
            _ => TensorName.K_SQ_next,
        }];
        bool ofTrain = block.Pair == BlockPair.EarlierLater;
        int n = TrainSize, m = checkpoints.TestSize;
        (MatrixView, MatrixView)? pair = (from, to);
        _pass.Run([new(tensor, 1)], ofTrain ? n : m, ofTrain ? m : n, _wanted, transposed == ofTrain ? pair : null, transposed == ofTrain ? null : pair);
    }
}
