using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>A recorded block with its weight in a sum.</summary>
/// <param name="Tensor">The block, rows × columns.</param>
/// <param name="Weight">The weight.</param>
internal readonly record struct BlockTerm(TensorSource Tensor, double Weight);

/// <summary>One pass over the rows of a sum of recorded blocks, multiplied from both sides on the way.</summary>
internal sealed class BlockPass(NumberShelf shelf, Backend backend)
{
    private const int PieceElements = 1 << 20; // 8 MB: a product of so many rows runs at full speed

    private readonly StreamRoom _room = new(shelf.Account);
    private double[] _sum = [];

    /// <summary>y ← y + A·x and y ← y + Aᵀ·x for A = Σ weight·block, either or both.</summary>
    /// <param name="terms">The blocks.</param>
    /// <param name="rows">Rows of A.</param>
    /// <param name="columns">Columns of A.</param>
    /// <param name="wanted">The tensors of the interval at hand.</param>
    /// <param name="direct">x and y of the first.</param>
    /// <param name="transposed">x and y of the second.</param>
    public void Run(IReadOnlyList<BlockTerm> terms, int rows, int columns, IReadOnlySet<TensorSource> wanted,
        (MatrixView X, MatrixView Y)? direct, (MatrixView X, MatrixView Y)? transposed)
    {
        BlockTerm[] used = [.. terms.Where(t => t.Weight != 0)];
        if (used.Length == 0) return;
        var kept = Array.ConvertAll(used, t => shelf.Find(new TensorPart(t.Tensor, 0, 0), rows, wanted));
        var numbers = new Numbers[used.Length];
        var weights = Array.ConvertAll(used, t => t.Weight);
        int together = Math.Clamp(PieceElements / columns, 1, rows);
        int length = ArraySize.Of(together, columns);
        if (_sum.Length < length)
        {
            shelf.Account.Take(sizeof(double) * (long)(length - _sum.Length));
            _sum = new double[length];
        }
        for (int first = 0; first < rows; first += together)
        {
            int count = Math.Min(together, rows - first), missing = 0;
            long at = (long)first * columns;
            for (int t = 0; t < used.Length; t++)
            {
                numbers[t] = kept[t];
                if (kept[t].IsThere) continue;
                numbers[t] = _room.Take(missing++, Numbers.AreSingles(used[t].Tensor), length, at);
                NumberShelf.Read(new TensorPart(used[t].Tensor, 0, 0), rows, at, (long)count * columns, numbers[t]);
            }
            SharedColumns.Run(backend.Spare, count, (double)count * columns, new Combination(weights, numbers, at, columns, _sum));
            // The rows lie as columns.
            var block = new MatrixView(_sum, columns, count);
            if (direct is { } d) backend.Gemm(Op.Transpose, Op.None, 1, block, d.X, 1, d.Y.Slice(first, 0, count, d.Y.Columns));
            if (transposed is { } t2) backend.Gemm(Op.None, Op.None, 1, block, t2.X.Slice(first, 0, count, t2.X.Columns), 1, t2.Y);
        }
    }

    private readonly struct Combination(double[] weights, Numbers[] numbers, long at, int columns, double[] sum) : IColumnWork
    {
        public void Run(int first, int last) =>
            Numbers.CombineRows(weights, numbers, at + (long)first * columns, last - first, columns, columns, sum.AsSpan(first * columns));
    }
}

/// <summary>Whether a block is symmetric to the rounding of its stored type, tile by tile: for blocks too large to be held.</summary>
internal static class SymmetryCheck
{
    private const int Tile = 256;

    /// <exception cref="InvalidRunException">It is not.</exception>
    public static void Require(TensorSource tensor, int order, double products)
    {
        double[] diagonal = new double[order];
        BlockDiagonals.Diagonal(tensor, diagonal);
        double epsilon = Math.Max(tensor.Type.Epsilon(), products), largest = diagonal.Max(Math.Abs);
        // No element of a positive semidefinite matrix is larger than those of the diagonal. Numbers of float32 that were widened are known by their rounding
        // only, so that the tolerance of float32 is that of all.
        double tolerance = order * Math.Max(epsilon, StorageType.Float32.Epsilon()) * largest;
        double[] below = new double[Tile * Tile], above = new double[Tile * Tile];
        for (int top = 0; top < order; top += Tile)
            for (int left = 0; left <= top; left += Tile)
            {
                int height = Math.Min(Tile, order - top), width = Math.Min(Tile, order - left);
                for (int i = 0; i < height; i++) tensor.Read((top + i) * (long)order + left, below.AsSpan(i * width, width));
                for (int j = 0; j < width; j++) tensor.Read((left + j) * (long)order + top, above.AsSpan(j * height, height));
                for (int i = 0; i < height; i++)
                    for (int j = 0; j < width; j++)
                    {
                        double a = below[i * width + j], b = above[j * height + i];
                        if (Math.Abs(a - b) > tolerance)
                            throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: not symmetric: " + FormattableString.Invariant(
                                $"found {a:G9} at [{top + i}, {left + j}] and {b:G9} at [{left + j}, {top + i}], expected equal to {tolerance:G2}."));
                    }
            }
    }
}
