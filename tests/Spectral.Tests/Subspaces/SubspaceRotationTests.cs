namespace KernelFlow.Spectral.Tests;

/// <summary>Eigenspaces turned by a known angle.</summary>
public class SubspaceRotationTests
{
    [Theory]
    [InlineData(1e-9)]
    [InlineData(0.4)]
    public void APlantedRotationIsFound(double angle)
    {
        double[] values = [9, 7, 3, 1, 0.5, 0.2];
        var (A, V) = Spectra.Make(values, 8);
        // Turns the second eigenvector towards the third: the leading two-dimensional space turns by the angle, the leading three-dimensional one not at all.
        var turned = Matrix<double>.Build.DenseOfMatrix(V);
        turned.SetColumn(1, Math.Cos(angle) * V.Column(1) + Math.Sin(angle) * V.Column(2));
        turned.SetColumn(2, Math.Cos(angle) * V.Column(2) - Math.Sin(angle) * V.Column(1));
        var first = DenseEigen.Decompose(A, Backends.Managed);
        var second = DenseEigen.Decompose(RandomMatrices.Symmetric(turned, values), Backends.Managed);
        var two = SubspaceRotation.Between(first, second, 2, Backends.Managed);
        Check.Small(Math.Abs(two.Angles.Largest - angle), 1e-14, "angle of the leading two");
        Check.Small(two.Angles.Smallest, 1e-14, "the shared direction");
        Check.Small(Math.Abs(two.FirstGap - 4.0 / 9), 1e-14, "gap");
        Assert.True(two.IsResolved);
        Check.Between(two.Resolution, 0, 1e-12, "what residuals allow");
        var three = SubspaceRotation.Between(first, second, 3, Backends.Managed);
        Check.Small(three.Angles.Largest, 2e-14, "angle of the leading three");
        Assert.Equal(double.PositiveInfinity, SubspaceRotation.Between(first, second, 6, Backends.Managed).FirstGap);
    }

    /// <summary>A degenerate pair has no direction of its own: the resolution says so.</summary>
    [Fact]
    public void WithoutAGapNothingIsResolved()
    {
        double[] values = [2, 2, 1];
        var first = DenseEigen.Decompose(Spectra.Make(values, 1).A, Backends.Managed);
        var second = DenseEigen.Decompose(Spectra.Make(values, 2).A, Backends.Managed);
        var rotation = SubspaceRotation.Between(first, second, 1, Backends.Managed);
        Assert.False(rotation.IsResolved);
        Check.Between(rotation.FirstGap, 0, 1e-14, "gap");
    }

    [Fact]
    public void TheNumberOfModesMustFit()
    {
        var pairs = DenseEigen.Decompose(DenseMatrix.CreateIdentity(3), Backends.Managed);
        Assert.Throws<ArgumentException>(() => SubspaceRotation.Between(pairs, pairs, 0, Backends.Managed));
        Assert.Throws<ArgumentException>(() => SubspaceRotation.Between(pairs, pairs, 4, Backends.Managed));
        Assert.Throws<ArgumentException>(() =>
            SubspaceRotation.Between(pairs, DenseEigen.Decompose(DenseMatrix.CreateIdentity(4), Backends.Managed), 2, Backends.Managed));
    }
}
