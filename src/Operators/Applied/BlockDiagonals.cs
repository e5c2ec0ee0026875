using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The diagonals of recorded kernel blocks, with what can be told of their soundness a few rows at a time.</summary>
internal static class BlockDiagonals
{
    private const int Piece = 1 << 21; // numbers that are read at a time

    /// <summary>Reads both; without K_QQ the least that K_QS allows stands in its place: K_ai² ≤ K_aa K_ii.</summary>
    /// <exception cref="InvalidRunException">A diagonal element of K_SS is negative.</exception>
    public static void Read(Checkpoint checkpoint, double[] train, double[] test)
    {
        var tensor = checkpoint[TensorName.K_SS];
        Diagonal(tensor, train);
        double products = KernelPrecision.OfProducts(checkpoint);
        double epsilon = Math.Max(Math.Max(tensor.Type.Epsilon(), products), StorageType.Float32.Epsilon());
        double largest = train.Max();
        for (int i = 0; i < train.Length; i++)
            if (train[i] < -train.Length * epsilon * largest)
                throw new InvalidRunException(FormattableString.Invariant(
                    $"{tensor.Location}: {tensor.Name}: not positive semidefinite: found {train[i]:G6} at [{i}, {i}], expected no negative diagonal element."));
        if (checkpoint.Find(TensorName.K_QQ) is { } recorded)
        {
            if (test.Length > 0) Diagonal(recorded, test);
            return;
        }
        if (test.Length == 0) return;
        Visit(checkpoint[TensorName.K_QS], test.Length, (row, piece) =>
        {
            for (int r = 0; r < piece.Columns; r++)
            {
                var values = piece.Column(r);
                for (int i = 0; i < values.Length; i++)
                    if (train[i] > 0) test[row + r] = Math.Max(test[row + r], values[i] * values[i] / train[i]);
            }
        });
    }

    /// <summary>Reads the diagonal of a square block.</summary>
    public static void Diagonal(TensorSource tensor, double[] target)
    {
        for (int i = 0; i < target.Length; i++) tensor.Read((long)i * target.Length + i, target.AsSpan(i, 1));
    }

    // The rows of a block, a few at a time: each a column of what is given.
    private static void Visit(TensorSource tensor, int rows, Action<int, MatrixView> visit)
    {
        int width = (int)(tensor.Count / rows), together = Math.Clamp(Piece / width, 1, rows);
        double[] buffer = new double[ArraySize.Of(width, together)];
        for (int row = 0; row < rows; row += together)
        {
            int count = Math.Min(together, rows - row);
            tensor.Read((long)row * width, buffer.AsSpan(0, count * width));
            visit(row, new MatrixView(buffer, width, count));
        }
    }
}
