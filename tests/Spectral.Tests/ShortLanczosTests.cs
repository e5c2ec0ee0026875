using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral.Tests;

public sealed class ShortLanczosTests
{
    private static readonly Backend Managed = Backend.Managed(1);

    // A decaying spectrum with one large negative end, against the dense solver.
    [Fact]
    public void ExtremesAndLeadingSpaceAgreeWithTheDenseSolver()
    {
        const int n = 200;
        var random = new Random(5);
        var q = DenseMatrix.Create(n, n, (_, _) => random.NextDouble() - 0.5);
        Managed.Qr(q, new DenseMatrix(n, n));
        var scaled = DenseMatrix.Create(n, n, (i, j) => q[i, j] * (j == n - 1 ? -40 : 30 * Math.Pow(0.8, j)));
        var a = new DenseMatrix(n, n);
        Managed.Gemm(Op.None, Op.Transpose, 1, scaled, q, 0, a);
        var found = ShortLanczos.Run(a, 80, Managed);
        Check.Close(found.SpectralNorm, 40, 1e-14, "norm");
        Check.Close(found.Values[^1], 30, 1e-14, "largest value");
        var leading = found.Leading(5, Managed);
        for (int k = 0; k < 5; k++)
        {
            Check.SameSubspace(leading.SubMatrix(0, n, k, 1), q.SubMatrix(0, n, k, 1), 1e-13, $"mode {k}");
        }
    }

    // Ended early where the wanted pairs are good: the same values, and vectors to the accuracy asked for.
    [Theory]
    [InlineData(0, 1e-9)]
    [InlineData(5, 1e-12)]
    public void WantedPairsEndTheRun(int leading, double accuracy)
    {
        const int n = 200;
        var random = new Random(6);
        var q = DenseMatrix.Create(n, n, (_, _) => random.NextDouble() - 0.5);
        Managed.Qr(q, new DenseMatrix(n, n));
        var scaled = DenseMatrix.Create(n, n, (i, j) => q[i, j] * 30 * Math.Pow(0.5, j));
        var a = new DenseMatrix(n, n);
        Managed.Gemm(Op.None, Op.Transpose, 1, scaled, q, 0, a);
        var found = ShortLanczos.Run(a, 80, leading, accuracy, Managed);
        Check.Close(found.SpectralNorm, 30, 1e-14, "norm");
        var vectors = found.Leading(leading, Managed);
        for (int k = 0; k < leading; k++) Check.SameSubspace(vectors.SubMatrix(0, n, k, 1), q.SubMatrix(0, n, k, 1), 1e-11, $"mode {k}");
        int all = ShortLanczos.Run(a, 80, Managed).Values.Count;
        Assert.True(found.Values.Count < all, $"{found.Values.Count} steps, {all} when all are taken");
    }

    [Fact]
    public void InvariantSubspacesEndTheRun()
    {
        var identity = DenseMatrix.CreateIdentity(7);
        var found = ShortLanczos.Run(identity, 80, Managed);
        Assert.Single(found.Values);
        Check.Close(found.SpectralNorm, 1, 4 * Check.Eps, "norm of the identity");
        Assert.Equal(0, ShortLanczos.Run(new DenseMatrix(4, 4), 10, Managed).SpectralNorm);
    }

    [Fact]
    public void RefusesWhatIsNotASquareFiniteMatrix()
    {
        Assert.Throws<ArgumentException>(() => ShortLanczos.Run(new DenseMatrix(2, 3), 5, Managed));
        var nan = DenseMatrix.CreateIdentity(3);
        nan[1, 2] = double.NaN;
        Assert.Throws<NumericalException>(() => ShortLanczos.Run(nan, 5, Managed));
    }
}
