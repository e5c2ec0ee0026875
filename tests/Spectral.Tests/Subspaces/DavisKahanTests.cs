namespace KernelFlow.Spectral.Tests;

/// <summary>Bounds that must never be exceeded, and cases where they are reached.</summary>
public class DavisKahanTests
{
    /// <summary>A = diag(gap, 0) turned by E of norm e at the worst angle: tan 2θ-like 2×2 problem where sin 2θ = 2e/gap exactly.</summary>
    [Theory]
    [InlineData(0.01)]
    [InlineData(0.2)]
    [InlineData(0.45)]
    public void ThePerturbationBoundIsReached(double e)
    {
        // For A = diag(1, 0) the worst E of norm e makes an angle φ with sin 2φ = 2e: E = e·[[−sin 2φ, cos 2φ], [cos 2φ, sin 2φ]].
        double phi = 0.5 * Math.Asin(2 * e), s = Math.Sin(2 * phi), c = Math.Cos(2 * phi);
        var perturbed = DenseMatrix.OfArray(new[,] { { 1 - e * s, e * c }, { e * c, e * s } });
        var vector = DenseEigen.Decompose(perturbed, Backends.Managed).Vectors;
        double angle = PrincipalAngles.Between(((MatrixView)vector).ColumnRange(0, 1), ((MatrixView)DenseMatrix.CreateIdentity(2))
            .ColumnRange(0, 1), Backends.Managed).Largest;
        double bound = DavisKahan.FromPerturbation([1, 0], 0, 1, e);
        Check.Small(Math.Abs(angle - bound), 8 * Check.Eps, FormattableString.Invariant($"angle {angle:R} against the bound {bound:R}"));
    }

    /// <summary>Random symmetric perturbations, leading, inner and trailing eigenvalues: never above the bound, and
    /// within a factor of 50 of it somewhere.</summary>
    [Fact]
    public void ThePerturbationBoundHolds()
    {
        var random = new Random(3);
        double closest = 0;
        for (int trial = 0; trial < 60; trial++)
        {
            double[] values = [5, 4.2, 2, 1.9, 0.7, 0.1];
            var (A, _) = Spectra.Make(values, trial);
            var noise = RandomMatrices.Uniform(random, 6, 6);
            var E = noise + noise.Transpose();
            E *= Math.Pow(10, -4 * random.NextDouble()) * 0.4 / E.L2Norm();
            var (first, count) = ((int, int)[])[(0, 1), (0, 2), (2, 2), (4, 2)] is var choices ? choices[trial % 4] : default;
            var before = DenseEigen.Decompose(A, Backends.Managed);
            var after = DenseEigen.Decompose(DenseMatrix.OfMatrix(A + E), Backends.Managed);
            double angle = PrincipalAngles.Between(((MatrixView)before.Vectors).ColumnRange(first, count), ((MatrixView)after.Vectors)
                .ColumnRange(first, count), Backends.Managed).Largest;
            double bound = DavisKahan.FromPerturbation(values, first, count, E.L2Norm());
            Check.Small(angle, bound + 1e-14, $"trial {trial}: angle above its bound");
            closest = Math.Max(closest, angle / bound);
        }
        Check.Between(closest, 0.02, 1, "nearest approach to the bound");
    }

    /// <summary>A Ritz vector of known error against the residual bound.</summary>
    [Theory]
    [InlineData(1e-10)]
    [InlineData(1e-5)]
    [InlineData(0.1)]
    public void TheResidualBoundHolds(double tilt)
    {
        var q = DenseMatrix.OfArray(new[,] { { Math.Cos(tilt) }, { Math.Sin(tilt) }, { 0 } });
        double[] values = [3, 1, 0.5];
        double theta = values.Select((v, i) => v * q[i, 0] * q[i, 0]).Sum();
        double residual = Math.Sqrt(values.Select((v, i) => (v - theta) * q[i, 0] * ((v - theta) * q[i, 0])).Sum());
        double bound = DavisKahan.FromResidual(residual, theta - 1);
        // For a vector in a plane of two eigenvectors the residual is 2·sin θ cos θ and the separation 2·cos²θ: the bound is arcsin(tan θ).
        Check.Small(Math.Abs(bound / Math.Asin(Math.Tan(tilt)) - 1), 16 * Check.Eps, "bound relative to arcsin tan θ");
        Check.Small(tilt * (1 - 16 * Check.Eps), bound, "angle");
    }

    [Fact]
    public void WhereNothingCanBeSaidTheBoundIsARightAngle()
    {
        Assert.Equal(Math.PI / 2, DavisKahan.FromPerturbation([1, 0.5], 0, 1, 0.25));
        Assert.Equal(Math.PI / 2, DavisKahan.FromPerturbation([1, 1], 0, 1, 0));
        Assert.Equal(0, DavisKahan.FromPerturbation([1, 0.5], 0, 1, 0));
        Assert.Equal(0, DavisKahan.FromPerturbation([1, 0.5], 0, 2, 7)); // the whole space cannot turn
        Assert.Equal(Math.PI / 2, DavisKahan.FromResidual(1, 1));
        Assert.Equal(0, DavisKahan.FromResidual(0, 1));
    }

    [Fact]
    public void BadArgumentsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => DavisKahan.Gap([1, 2], 0, 1));
        Assert.Throws<ArgumentException>(() => DavisKahan.Gap([1, double.NaN], 0, 1));
        Assert.Throws<ArgumentException>(() => DavisKahan.Gap([2, 1], 1, 2));
        Assert.Throws<ArgumentException>(() => DavisKahan.Gap([2, 1], 0, 0));
        Assert.Throws<ArgumentException>(() => DavisKahan.FromPerturbation([2, 1], 0, 1, double.NaN));
        Assert.Throws<ArgumentException>(() => DavisKahan.FromResidual(-1, 1));
        Assert.Throws<ArgumentException>(() => DavisKahan.FromResidual(1, double.NaN));
    }
}
