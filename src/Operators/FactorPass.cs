using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Which layers of a factored run have their kernels formed from factors, and which columns of J are left to be expanded.</summary>
/// <remarks>Without preconditioner only: J M Jᵀ does not factor.</remarks>
internal sealed class FactorPass
{
    private readonly CheckpointSequence _checkpoints;
    private readonly int[] _layers;

    private FactorPass(CheckpointSequence checkpoints, int[] layers, FactoredJacobian jacobian)
    {
        (_checkpoints, _layers) = (checkpoints, layers);
        Columns = [.. Enumerable.Range(0, jacobian.Layers.Count).Except(layers).Select(l => (jacobian.FirstColumn(l), jacobian.Layers[l].Layer.Columns))];
    }

    /// <summary>The columns of J that are to be expanded, first and count.</summary>
    public IReadOnlyList<(long First, long Count)> Columns { get; }

    /// <summary>The pass over some checkpoints; null where nothing can be formed from factors, or nothing is gained.</summary>
    public static FactorPass? Of(CheckpointSequence checkpoints, int[] involved)
    {
        if (checkpoints[involved[0]][TensorName.J_S] is not FactoredJacobian first) return null;
        foreach (int k in involved)
            if (checkpoints[k][TensorName.J_S] is not FactoredJacobian || checkpoints[k][TensorName.J_Q] is not FactoredJacobian
                || checkpoints[k].Find(TensorName.Preconditioner) is not null) return null;
        int[] layers = [.. Enumerable.Range(0, first.Layers.Count).Where(l => FactorProduct.IsCheaper(first.Layers[l].Layer, checkpoints.Outputs))];
        return layers.Length == 0 ? null : new FactorPass(checkpoints, layers, first);
    }

    /// <summary>Goes through the layers and the checkpoints, holding the factors of those within reach.</summary>
    /// <param name="involved">The checkpoints, in order.</param>
    /// <param name="reach">How far back a checkpoint is asked for.</param>
    /// <param name="visit">Told a checkpoint; gives the factors of any within reach.</param>
    /// <param name="cancellation">Honoured between checkpoints.</param>
    public void Run(int[] involved, int reach, Action<int, Func<int, LayerBlock>> visit, CancellationToken cancellation)
    {
        int examples = _checkpoints.Train + _checkpoints.Test;
        foreach (int l in _layers)
        {
            var layer = ((FactoredJacobian)_checkpoints[involved[0]][TensorName.J_S]).Layers[l].Layer;
            var blocks = new LayerBlock[reach + 1];
            for (int i = 0; i <= reach; i++) blocks[i] = new LayerBlock(layer, examples, _checkpoints.Outputs);
            foreach (int k in involved)
            {
                cancellation.ThrowIfCancellationRequested();
                FactoredJacobian train = (FactoredJacobian)_checkpoints[k][TensorName.J_S], test = (FactoredJacobian)_checkpoints[k][TensorName.J_Q];
                blocks[k % (reach + 1)].Load(train.Layers[l], test.Layers[l]);
                visit(k, i => blocks[i % (reach + 1)]);
            }
        }
    }
}
