namespace KernelFlow.Spectral.Tests;

/// <summary>Null spaces of planted dimension.</summary>
public class NumericalNullSpaceTests
{
    [Theory]
    [InlineData(30, 0)]
    [InlineData(30, 1)]
    [InlineData(30, 15)]
    [InlineData(30, 30)]
    public void PlantedNullSpacesAreCounted(int n, int dimension)
    {
        double[] values = [.. Enumerable.Range(0, n - dimension).Select(i => Math.Pow(10, -6.0 * i / n)), .. new double[dimension]];
        foreach (string label in Backends.Labels)
        {
            var pairs = DenseEigen.Decompose(Spectra.Make(values, n + dimension).A, Backends.Get(label));
            var found = NumericalNullSpace.Of(pairs.Values, Tolerances.RoundingFloor(n, Math.Max(pairs.Values[0], 0)));
            Assert.Equal(dimension, found.Dimension);
            Assert.Equal(dimension == 0, found.LargestDropped is null);
            if (dimension == n)
            {
                Assert.Null(found.SmallestKept);
                continue;
            }
            Assert.True(found.IsClear);
            Check.Small(Math.Abs(found.SmallestKept!.Value / values[n - dimension - 1] - 1), 1e-9, "smallest kept");
            Check.Small(Math.Abs(found.GapRatio!.Value / (values[n - dimension - 1] / found.Floor) - 1), 1e-9,
                "gap ratio: what is dropped lies below the floor");
        }
    }

    /// <summary>An eigenvalue just above the floor is kept, and the number is not called clear.</summary>
    [Fact]
    public void ADecayThroughTheFloorIsNotClear()
    {
        var space = NumericalNullSpace.Of([1, 1e-3, 3e-14, 2e-15, -1e-15], 1e-14);
        Assert.Equal((2, 3e-14, 2e-15, false), (space.Dimension, space.SmallestKept, space.LargestDropped, space.IsClear));
        Check.Small(Math.Abs(space.GapRatio!.Value - 3), 8 * Check.Eps, "gap ratio");
        Assert.True(NumericalNullSpace.Of([1, 1e-3, 2e-15], 1e-14).IsClear);
        Assert.Equal(2, NumericalNullSpace.Of([0, 0], 0).Dimension);
    }

    [Fact]
    public void BadArgumentsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => NumericalNullSpace.Of([1, double.NaN], 1));
        Assert.Throws<ArgumentException>(() => NumericalNullSpace.Of([1], -1));
        Assert.Throws<ArgumentException>(() => NumericalNullSpace.Of([1], double.NaN));
    }
}
