namespace KernelFlow.Integrators.Tests.Families;

/// <summary>φ-functions, the matrix exponential and Gauss–Legendre nodes against other ways to the same numbers.</summary>
public class MatrixFunctionTests
{
    /// <summary>Against the series in decimal arithmetic, 28 digits.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1e-12)]
    [InlineData(1e-5)]
    [InlineData(0.3)]
    [InlineData(0.4999)]
    [InlineData(0.5001)]
    [InlineData(2)]
    [InlineData(5)]
    public void PhiFunctions(double z)
    {
        decimal x = (decimal)z, term = 1, one = 0, two = 0;
        for (int k = 1; k <= 60; k++)
        {
            one += term / k;          // (−z)^{k−1}/(k−1)! / k
            two += term / k / (k + 1);
            term *= -x / k;
        }
        Check.Small(Math.Abs(Integrators.PhiFunctions.Phi1(z) / (double)one - 1), 1e-15, "φ₁");
        Check.Small(Math.Abs(Integrators.PhiFunctions.Phi2(z) / (double)two - 1), 2e-15, "φ₂");
    }

    /// <summary>Every degree of the Padé ladder, against the eigenvectors of V·Λ·V⁻¹.</summary>
    [Theory]
    [InlineData(1e-3)]
    [InlineData(0.02)]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(3000)]
    public void MatrixExponential(double size)
    {
        const int N = 7;
        var random = new Random(3);
        Matrix<double> V = RandomMatrices.Orthogonal(random, N) + 0.2 * RandomMatrices.Uniform(random, N, N);
        double[] values = Enumerable.Range(0, N).Select(i => -size * i / N).ToArray();
        Matrix<double> Build(Func<double, double> f) => V * Matrix<double>.Build.DenseOfDiagonalArray(Array.ConvertAll(values, x => f(x))) * V.Inverse();
        MatrixView a = DenseMatrix.OfMatrix(Build(x => x));
        var e = new DenseMatrix(N, N);
        Assert.True(new MatrixExponential(N, Backends.Managed).Form(a, e));
        Check.Close(e, Build(Math.Exp), 2e-15 * (10 + size), "e^A");
    }

    [Fact]
    public void MatrixExponentialRefusesNaN()
    {
        var a = new DenseMatrix(2, 2);
        a[0, 1] = double.NaN;
        Assert.False(new MatrixExponential(2, Backends.Managed).Form(a, new DenseMatrix(2, 2)));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1e4)]
    public void ChebyshevStabilityIsDamped(double z)
    {
        double value = ChebyshevStep.Stability(z);
        Check.Small(Math.Abs(value), z < 1 ? 1 : 0.95, "|R(z)|");
        if (z <= 0.01) Check.Small(Math.Abs(value - Math.Exp(-z)), z * z * z, "R(z) − e^{−z}");
    }
}
