using System.Runtime.CompilerServices;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Tests;

internal static partial class Check
{
    /// <summary>‖observed − expected‖_F ≤ limit·‖expected‖_F.</summary>
    public static void Close(
        Matrix<double> observed, Matrix<double> expected, double limit, string what,
        [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int line = 0) =>
        Small(Relative(observed, expected), limit, what + ": relative difference", file, member, line);

    /// <summary>‖observed − expected‖_F / ‖expected‖_F.</summary>
    public static double Relative(Matrix<double> observed, Matrix<double> expected)
    {
        Assert.Equal((expected.RowCount, expected.ColumnCount), (observed.RowCount, observed.ColumnCount));
        return Relative((observed - expected).FrobeniusNorm(), expected.FrobeniusNorm());
    }

    /// <summary>The sine of the largest angle from the range of <paramref name="observed"/> to that of <paramref name="expected"/>
    /// is at most <paramref name="limit"/>.</summary>
    /// <remarks>Both have orthonormal columns; where the first has fewer, it is to lie inside the second.</remarks>
    public static void SameSubspace(
        Matrix<double> observed, Matrix<double> expected, double limit, string what,
        [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int line = 0) =>
        Small(Sine(observed, expected), limit, what + ": sine of the largest principal angle", file, member, line);

    /// <summary>‖(I − EEᵀ)F‖₂, the sine of the largest principal angle between the ranges of two matrices F and E with orthonormal columns.</summary>
    public static double Sine(Matrix<double> observed, Matrix<double> expected) => (observed - expected * expected.TransposeThisAndMultiply(observed)).L2Norm();
}
