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

    /// <summary>difference/size, where no difference is none: 0 when the difference is 0, whatever the size; infinite when only the size is 0.</summary>
    /// <param name="difference">Size of a difference or of an error, in the units of the size.</param>
    /// <param name="size">Size of what it is compared with.</param>
    public static double Relative(double difference, double size) => difference == 0 ? 0 : difference / size;

    /// <summary>n·eps·norm for data whose own rounding is <paramref name="eps"/> (2⁻²³ for float32 recordings, say).</summary>
    public static double RoundingFloor(int n, double eps, double norm) => Math.Max(1, n) * eps * norm;
}
