using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Combines a square matrix with its transpose, in place and tile by tile: both of two tiles stay in the processor's cache.</summary>
internal static class Folding
{
    private const int Tile = 64;

    private static readonly ThreadBudget s_alone = new(0);

    [ThreadStatic]
    private static double[]? t_tile;

    /// <summary>A ← (A + Aᵀ)/2.</summary>
    public static void Mean(in MatrixView a, ThreadBudget? spare = null) => Combine(a, 0.5, 1, spare);

    /// <summary>A ← A + Aᵀ.</summary>
    public static void Sum(in MatrixView a, ThreadBudget? spare = null) => Combine(a, 1, 1, spare);

    /// <summary>A ← A − Aᵀ.</summary>
    public static void Difference(in MatrixView a) => Combine(a, 1, -1, null);

    /// <summary>A ← Aᵀ − A.</summary>
    public static void TransposeLess(in MatrixView a, ThreadBudget? spare = null) => Combine(a, -1, -1, spare);

    private static void Combine(in MatrixView a, double factor, double sign, ThreadBudget? spare)
    {
        int tiles = (a.Columns + Tile - 1) / Tile;
        SharedColumns.Run(spare ?? s_alone, tiles, (double)a.Columns * a.Columns, new Tiles(a, factor, sign));
    }

    // A_ij ← factor·(A_ij + sign·A_ji) on and below the diagonal, and sign times that above it; no two columns of tiles have a pair in common.
    private readonly struct Tiles(MatrixView a, double factor, double sign) : IColumnWork
    {
        public void Run(int first, int last)
        {
            int n = a.Columns;
            for (int left = first * Tile; left < Math.Min(n, last * Tile); left += Tile)
            {
                int width = Math.Min(Tile, n - left);
                Diagonal(a.Slice(left, left, width, width), factor, sign);
                for (int top = left + Tile; top < n; top += Tile)
                {
                    int height = Math.Min(Tile, n - top);
                    Pair(a.Slice(top, left, height, width), a.Slice(left, top, width, height), factor, sign);
                }
            }
        }
    }

    private static void Diagonal(in MatrixView a, double factor, double sign)
    {
        for (int j = 0; j < a.Columns; j++)
            for (int i = j; i < a.Columns; i++)
            {
                double sum = factor * (a[i, j] + sign * a[j, i]);
                (a[i, j], a[j, i]) = (sum, sign * sum);
            }
    }

    private static void Pair(in MatrixView below, in MatrixView above, double factor, double sign)
    {
        var transposed = new MatrixView(t_tile ??= new double[Tile * Tile], below.Rows, below.Columns);
        above.CopyTransposedTo(transposed);
        for (int j = 0; j < below.Columns; j++) VectorRoutines.Combine(factor, below.Column(j), factor * sign, transposed.Column(j), below.Column(j));
        below.CopyTransposedTo(above);
        if (sign == 1) return;
        for (int j = 0; j < above.Columns; j++) VectorRoutines.Scale(sign, above.Column(j), above.Column(j));
    }
}
