namespace KernelFlow.Numerics;

/// <summary>Powers of two that bring numbers to unit size: multiplying by them is exact, and what compares with absolute limits or squares its numbers
/// then sees the same digits whatever the units were.</summary>
public static class UnitScale
{
    // Products of two exponents beyond this overflow or vanish, and so do the squares that norms are made of.
    private const int Extreme = 330;

    /// <summary>2^−k with 2^k ≤ <paramref name="size"/> &lt; 2^(k+1); 1 where the size is zero or not finite.</summary>
    /// <param name="size">A size, not negative.</param>
    public static double Of(double size) =>
        size > 0 && double.IsFinite(size) ? Math.ScaleB(1, -Math.Clamp(Math.ILogB(size), -1000, 1000)) : 1;

    /// <summary>The same for the largest magnitude in a matrix.</summary>
    /// <param name="a">A matrix.</param>
    public static double Of(in MatrixView a)
    {
        double largest = 0;
        for (int j = 0; j < a.Columns; j++)
            foreach (double v in a.Column(j)) largest = Math.Max(largest, Math.Abs(v));
        return Of(largest);
    }

    /// <summary>Whether squares of numbers of this size lose digits to underflow or overflow.</summary>
    /// <param name="size">A size, not negative.</param>
    public static bool IsExtreme(double size) => size > 0 && double.IsFinite(size) && Math.Abs(Math.ILogB(size)) > Extreme;
}
