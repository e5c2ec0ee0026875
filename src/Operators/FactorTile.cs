using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Some training examples or some test examples, with the factors of one layer at the last few checkpoints.</summary>
internal sealed class FactorTile
{
    private readonly LayerBlock?[] _blocks;
    private readonly Stack<LayerBlock> _free;
    private readonly JacobianLayer _layer;
    private readonly int _first, _count, _outputs, _trainSize;

    private FactorTile(CheckpointSequence run, JacobianLayer layer, bool isTest, int first, int count, int checkpoints, Stack<LayerBlock> free)
    {
        (_layer, IsTest, _first, _count, _outputs, _trainSize) = (layer, isTest, first, count, run.Outputs, run.TrainSize);
        (_blocks, _free) = (new LayerBlock[checkpoints], free);
    }

    /// <summary>Whether these are test examples.</summary>
    public bool IsTest { get; }

    /// <summary>The tiles of a layer, training examples before test examples.</summary>
    public static FactorTile[] Of(CheckpointSequence run, JacobianLayer layer, int examples, int checkpoints)
    {
        var free = new Stack<LayerBlock>();
        IEnumerable<FactorTile> Cut(bool isTest, int all)
        {
            for (int first = 0; first < all; first += Math.Min(examples, all - first))
                yield return new FactorTile(run, layer, isTest, first, Math.Min(examples, all - first), checkpoints, free);
        }
        return [.. Cut(false, run.Train), .. Cut(true, run.Test)];
    }

    /// <summary>Reads the factors of a checkpoint, in place of the one that is no longer within reach.</summary>
    public void Load(Checkpoint checkpoint, int layer, int k) => Load(checkpoint, layer, k, TensorName.J_S, TensorName.J_Q);

    /// <summary>Reads other Jacobians of a checkpoint, those at the middle of its step.</summary>
    public void Load(Checkpoint checkpoint, int layer, int k, TensorName train, TensorName test)
    {
        var jacobian = (FactoredJacobian)checkpoint[IsTest ? test : train];
        (_blocks[k % _blocks.Length] ??= _free.TryPop(out var block) ? block : new LayerBlock(_layer, _outputs)).Load(jacobian.Layers[layer], _first, _count);
    }

    /// <summary>Leaves the memory to other tiles.</summary>
    public void Forget()
    {
        foreach (var block in _blocks.OfType<LayerBlock>()) _free.Push(block);
        Array.Clear(_blocks);
    }

    /// <summary>The factors of a checkpoint.</summary>
    public LayerBlock At(int k) => _blocks[k % _blocks.Length]!;

    /// <summary>The part of a matrix that belongs to these rows and the columns of another tile.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="columns">The tile of its columns.</param>
    /// <param name="belowTrain">Whether test outputs stand below training outputs in the rows.</param>
    public MatrixView Of(in MatrixView matrix, FactorTile columns, bool belowTrain) =>
        matrix.Slice(_first * _outputs + (IsTest && belowTrain ? _trainSize : 0), columns._first * _outputs, _count * _outputs, columns._count * _outputs);
}
