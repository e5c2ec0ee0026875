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

    /// <summary>The layers whose kernels are formed from factors, by their index.</summary>
    public IReadOnlyList<int> Layers => _layers;

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

    /// <summary>Goes through the layers, the pairs of tiles and the checkpoints, holding the factors of those within reach.</summary>
    /// <param name="involved">The checkpoints, in order.</param>
    /// <param name="reach">How far back a checkpoint is asked for.</param>
    /// <param name="limits">How much of the factors is held at a time.</param>
    /// <param name="visit">Told every checkpoint with every pair of tiles, the later tile first.</param>
    /// <param name="cancellation">Honoured between checkpoints.</param>
    public void Run(int[] involved, int reach, FactorLimits limits, Action<int, FactorTile, FactorTile> visit, CancellationToken cancellation)
    {
        foreach (int l in _layers)
        {
            var layer = ((FactoredJacobian)_checkpoints[involved[0]][TensorName.J_S]).Layers[l].Layer;
            int examples = limits.Examples(layer, _checkpoints.Outputs, reach + 1);
            var tiles = FactorTile.Of(_checkpoints, layer, examples, reach + 1);
            foreach (var pairs in Groups(tiles, limits.HoldsAll(layer, _checkpoints, reach + 1)))
            {
                FactorTile[] held = [.. pairs.SelectMany(q => new[] { q.Rows, q.Columns }).Distinct()];
                foreach (int k in involved)
                {
                    cancellation.ThrowIfCancellationRequested();
                    foreach (var tile in held) tile.Load(_checkpoints[k], l, k);
                    foreach (var (rows, columns) in pairs) visit(k, rows, columns);
                }
                if (pairs.Length == 1)
                    foreach (var tile in held) tile.Forget();
            }
        }
    }

    // All pairs at once, so that each factor is read once, or one pair after the other.
    private static IEnumerable<(FactorTile Rows, FactorTile Columns)[]> Groups(FactorTile[] tiles, bool together)
    {
        (FactorTile, FactorTile)[] pairs = [.. tiles.SelectMany((rows, i) => tiles.Take(i + 1).Select(columns => (rows, columns)))];
        return together ? [pairs] : pairs.Select(q => new[] { q });
    }
}
