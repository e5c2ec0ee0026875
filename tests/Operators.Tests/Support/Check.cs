using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Tests;

/// <summary>Assertions that print what was observed.</summary>
internal static class Check
{
    public const double Eps = 2.220446049250313e-16;

    /// <summary>Fails with both numbers unless <paramref name="error"/> ≤ <paramref name="bound"/>; NaN fails.</summary>
    public static void Small(double error, double bound, string what) =>
        Assert.True(error <= bound, FormattableString.Invariant($"{what}: observed {error:g4}, bound {bound:g4}"));

    /// <summary>Fails unless low ≤ value ≤ high.</summary>
    public static void Between(double value, double low, double high, string what) =>
        Assert.True(value >= low && value <= high, FormattableString.Invariant($"{what}: observed {value:g6}, expected {low:g6} to {high:g6}"));

    /// <summary>‖A − B‖_F ≤ bound·‖B‖_F.</summary>
    public static void Close(Matrix<double> found, Matrix<double> expected, double bound, string what) =>
        Small(Relative(found, expected), bound, what + ", relative");

    /// <summary>‖A − B‖_F / ‖B‖_F.</summary>
    public static double Relative(Matrix<double> found, Matrix<double> expected)
    {
        Assert.Equal((expected.RowCount, expected.ColumnCount), (found.RowCount, found.ColumnCount));
        double distance = (found - expected).FrobeniusNorm();
        return distance == 0 ? 0 : distance / expected.FrobeniusNorm();
    }
}
