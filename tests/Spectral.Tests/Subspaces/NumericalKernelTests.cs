namespace KernelFlow.Spectral.Tests;

/// <summary>Kernels of planted dimension.</summary>
public class NumericalKernelTests
{
    [Theory]
    [InlineData(30, 0)]
    [InlineData(30, 1)]
    [InlineData(30, 15)]
    [InlineData(30, 30)]
    public void PlantedKernelsAreCounted(int n, int kernel)
    {
        double[] values = [.. Enumerable.Range(0, n - kernel).Select(i => Math.Pow(10, -6.0 * i / n)), .. new double[kernel]];
        foreach (string label in Backends.Labels)
        {
            var pairs = DenseEigen.Decompose(Spectra.Make(values, n + kernel).A, Backends.Get(label));
            var found = NumericalKernel.Of(pairs.Values, Tolerances.RoundingFloor(n, Math.Max(pairs.Values[0], 0)));
            Assert.Equal(kernel, found.Dimension);
            Assert.Equal(kernel == 0, found.LargestDropped is null);
            if (kernel == n)
            {
                Assert.Null(found.SmallestKept);
                continue;
            }
            Assert.True(found.IsClear);
            Check.Small(Math.Abs(found.SmallestKept!.Value / values[n - kernel - 1] - 1), 1e-8, "smallest kept");
            Check.Small(Math.Abs(found.GapRatio!.Value / (values[n - kernel - 1] / found.Floor) - 1), 1e-8, "gap ratio: what is dropped lies below the floor");
        }
    }

    /// <summary>An eigenvalue just above the floor is kept, and the number is not called clear.</summary>
    [Fact]
    public void ADecayThroughTheFloorIsNotClear()
    {
        var kernel = NumericalKernel.Of([1, 1e-3, 3e-14, 2e-15, -1e-15], 1e-14);
        Assert.Equal((2, 3e-14, 2e-15, false), (kernel.Dimension, kernel.SmallestKept, kernel.LargestDropped, kernel.IsClear));
        Check.Small(Math.Abs(kernel.GapRatio!.Value - 3), 1e-12, "gap ratio");
        Assert.True(NumericalKernel.Of([1, 1e-3, 2e-15], 1e-14).IsClear);
        Assert.Equal(2, NumericalKernel.Of([0, 0], 0).Dimension);
    }

    [Fact]
    public void BadArgumentsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => NumericalKernel.Of([1, double.NaN], 1));
        Assert.Throws<ArgumentException>(() => NumericalKernel.Of([1], -1));
        Assert.Throws<ArgumentException>(() => NumericalKernel.Of([1], double.NaN));
    }
}
