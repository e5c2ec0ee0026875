using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Numerics.Tests;

/// <summary>The assertions that every test project is compiled with: what they let pass, and what a failure says.</summary>
public class CheckTests
{
    private static string Failure(Action check) => Assert.ThrowsAny<Xunit.Sdk.XunitException>(check).Message;

    [Fact]
    public void AFailureNamesObservedLimitAndExcess()
    {
        Assert.Equal("residual: observed 2E-09, limit 1E-10, 20 times the limit", Failure(() => Check.Small(2e-9, 1e-10, "residual")));
        Assert.Equal("count: observed 3, limit 0, 3 above the limit", Failure(() => Check.Small(3, 0, "count")));
        Assert.Equal("slope: observed 3.5, expected 1.9 to 2.1, 1.4 above the interval", Failure(() => Check.Between(3.5, 1.9, 2.1, "slope")));
        Assert.Equal("slope: observed 1.5, expected 2 to 3, 0.5 below the interval", Failure(() => Check.Between(1.5, 2, 3, "slope")));
        Assert.Contains("value: 3, expected 2; relative difference: observed 0.5, limit 0.1, 5 times the limit",
            Failure(() => Check.Close(3, 2, 0.1, "value")));
        Assert.Contains("there is no number, expected 2", Failure(() => Check.Close((double?)null, 2, 0.1, "value")));
    }

    [Fact]
    public void EqualAndCloseNumbersPass()
    {
        Check.Small(1e-10, 1e-10, "at the limit");
        Check.Between(2, 2, 2, "a point");
        Check.Close(0, 0, 0, "nothing differs from nothing");
        Check.Close([1, 2], [1, 2.0000001], 1e-6, "vectors");
        Check.CloseEntries([1e-9, 2], [0, 2], 1e-9, "entries");
        Check.SameSpectrum([3, 1, 1], [1, 3, 1], 0, "a multiset");
    }

    [Fact]
    public void NotANumberFails()
    {
        Failure(() => Check.Small(double.NaN, 1, "small"));
        Failure(() => Check.Between(double.NaN, 0, 1, "between"));
        Failure(() => Check.Close(double.NaN, 1, 1, "close"));
        Failure(() => Check.Close([1, double.NaN], [1, 2], 1, "vectors"));
        Failure(() => Check.CloseEntries([double.NaN, 1], [1, 1], 1, "entries"));
        Failure(() => Check.SameSpectrum([double.NaN, 1], [1, 1], 1, "spectrum"));
    }

    [Fact]
    public void MultisetsCountOccurrences() => Failure(() => Check.SameSpectrum([3, 3, 1], [1, 3, 1], 1e-3, "a multiset"));

    [Fact]
    public void SubspacesAreComparedByTheirLargestAngle()
    {
        // Spans of e1, e2 and of e1, cos(0.1)·e2 + sin(0.1)·e3, in another basis.
        Matrix<double> plane = Matrix<double>.Build.DenseOfColumnArrays([1, 0, 0], [0, 1, 0]);
        Matrix<double> turned = Matrix<double>.Build.DenseOfColumnArrays([0, Math.Cos(0.1), Math.Sin(0.1)], [-1, 0, 0]);
        Check.SameSubspace(turned, plane, Math.Sin(0.1) * (1 + 4 * Check.Eps), "turned");
        Failure(() => Check.SameSubspace(turned, plane, 0.0998, "turned"));
        Check.SameSubspace(plane.SubMatrix(0, 3, 0, 1), turned, 0, "a line inside a plane");
    }
}
