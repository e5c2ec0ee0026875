using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Combines a square matrix with its transpose, in place and tile by tile: both of two tiles stay in the processor's cache.</summary>
internal static class Folding
{
    private const int Tile = 32;

    /// <summary>A ← (A + Aᵀ)/2.</summary>
    public static void Mean(in MatrixView a) => Combine(a, 0.5, 1);

    /// <summary>A ← A + Aᵀ.</summary>
    public static void Sum(in MatrixView a) => Combine(a, 1, 1);

    /// <summary>A ← A − Aᵀ.</summary>
    public static void Difference(in MatrixView a) => Combine(a, 1, -1);

    private static void Combine(in MatrixView a, double factor, double sign)
    {
        double[] x = a.Array;
        int n = a.Columns, offset = a.Offset, distance = a.LeadingDimension;
        for (int left = 0; left < n; left += Tile)
            for (int top = left; top < n; top += Tile)
                for (int j = left; j < Math.Min(left + Tile, n); j++)
                    for (int i = Math.Max(top, j); i < Math.Min(top + Tile, n); i++)
                    {
                        ref double below = ref x[offset + i + j * distance], above = ref x[offset + j + i * distance];
                        double sum = factor * (below + sign * above);
                        (below, above) = (sum, sign * sum);
                    }
    }
}
