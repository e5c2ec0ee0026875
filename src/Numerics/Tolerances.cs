namespace KernelFlow.Numerics;

/// <summary>What rounding alone can do: the floors below which a difference means nothing.</summary>
public static class Tolerances
{
    /// <summary>ε = 2⁻⁵², the distance from 1 to the next double.</summary>
    public const double Epsilon = 2.220446049250313e-16;

    /// <summary>n·ε·norm: the size of rounding errors of backward stable operations on matrices of order n.</summary>
    /// <param name="n">Order of the matrix, or length of the sums.</param>
    /// <param name="norm">Norm of the data, in its units.</param>
    public static double RoundingFloor(int n, double norm) => RoundingFloor(n, Epsilon, norm);

    /// <summary>n·eps·norm for data whose own rounding is <paramref name="eps"/> (2⁻²³ for float32 recordings, say).</summary>
    public static double RoundingFloor(int n, double eps, double norm) => Math.Max(1, n) * eps * norm;
}
