using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>The replay that C6 and C10 share: eight modes of W_S spread over the spectrum, and eight random vectors of the same length, in one block.</summary>
/// <param name="Modes">Indices of the modes, the first columns of the block.</param>
/// <param name="Block">V, N×c: modes, then entries ±1/√N.</param>
/// <param name="Split">Checkpoint index of τ; null when the window has none inside.</param>
/// <param name="Result">What came out.</param>
internal sealed record Replay(IReadOnlyList<int> Modes, DenseMatrix Block, int? Split, BlockReplay Result)
{
    public const int Probes = 8;
    private const int MostModes = 8;

    public static (Replay? Replay, string? Reason) Run(RunModel model, DenseMatrix vectors, int checkpoints, CancellationToken cancellation)
    {
        if (model.Carry is null) return (null, model.NoCarryReason);
        int[] modes = Spread(vectors.ColumnCount);
        var block = new DenseMatrix(vectors.RowCount, modes.Length + Probes);
        MatrixView view = block;
        for (int j = 0; j < modes.Length; j++) ((MatrixView)vectors).Column(modes[j]).CopyTo(view.Column(j));
        var random = new Random(20260503);
        for (int j = modes.Length; j < block.ColumnCount; j++)
            foreach (ref double v in view.Column(j)) v = (random.Next(2) == 0 ? -1 : 1) / Math.Sqrt(vectors.RowCount); // of the size of the modes
        int? split = checkpoints > 2 ? (checkpoints - 1) / 2 : null;
        try
        {
            return (new Replay(modes, block, split, model.Carry(block, split, cancellation)), null);
        }
        catch (NumericalException e)
        {
            return (null, $"the second integration failed: {e.Message}");
        }
    }

    /// <summary>The random columns of a matrix with as many columns as the block.</summary>
    public MatrixView Random(DenseMatrix a) => ((MatrixView)a).ColumnRange(Modes.Count, Probes);

    // The first four and the rest evenly to the last.
    private static int[] Spread(int count)
    {
        if (count <= MostModes) return [.. Enumerable.Range(0, count)];
        int[] leading = [0, 1, 2, 3];
        int rest = MostModes - leading.Length;
        return [.. leading, .. Enumerable.Range(1, rest).Select(i => 3 + (int)Math.Round((double)i * (count - 4) / rest))];
    }
}
