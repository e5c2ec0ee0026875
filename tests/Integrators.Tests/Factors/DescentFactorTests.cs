using KernelFlow.Integrators.Tests.Descent;

namespace KernelFlow.Integrators.Tests.Factors;

/// <summary>F_d of recorded gradient descent against the dense W_d and G_d of the recursion, and on a planted kernel.</summary>
public class DescentFactorTests
{
    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(3, 0.2)]
    public void FactorIsThatOfTheRecursion(int p, double eta)
    {
        var c = Runs.Network("gradient-descent", p, eta, 12).Record();
        var dense = Runs.Run(c, segment: SegmentQuadrature.Gauss).Propagation;
        var factor = DescentFactor.Read(c, OutputRecord.Read(c), new DescentOptions(), Backends.Managed);
        var F = OperatorKit.Dense(factor);
        Check.Close(F.TransposeThisAndMultiply(F), dense.W_S, 2e-14, "F_dᵀF_d against W_d");
        Check.Close(OperatorKit.Dense(factor.Transfer), dense.G_Q, 32 * Check.Eps, "G_d");
        var R = factor.Triangle();
        Check.Small(F.Svd(false).S.Zip(R.Svd(false).S, (x, y) => Math.Abs(x - y)).Max() / F.L2Norm(), 1e-14, "singular values of R against those of F");
        OperatorKit.Conforms(factor, seed: 1);
        OperatorKit.Conforms(factor.Transfer, seed: 2);
    }

    /// <summary>A duplicated input: σ = 0 to rounding of σ_1, where the eigenvalue of W_d ends at rounding of λ_1, √ε·σ_1.</summary>
    [Fact]
    public void APlantedKernelIsZeroToRounding()
    {
        var inputs = Runs.Inputs(12, 3, 2);
        inputs[5] = inputs[2];
        var c = new Training(new Tanh(inputs, 6, 1), 8, LossModel.Squared(Runs.Targets(8, 5), 1)) { Optimizer = Runs.Plain,
            Rates = Training.Constant(0.4, 30) }.Record();
        var sigma = DescentFactor.Read(c, OutputRecord.Read(c), new DescentOptions(), Backends.Managed).Triangle().Svd(false).S;
        Check.Small(sigma[^1] / sigma[0], 8 * Check.Eps, "σ_N/σ_1");
        Check.AtLeast(sigma[^2] / sigma[0], 1e-6, "σ_(N−1)/σ_1, without which nothing is shown");
    }

    [Fact]
    public void OptimizersWithMemoryAreRefused()
    {
        var c = Runs.Exact("momentum", 4).Record();
        Assert.Contains("momentum", Assert.Throws<ArgumentException>(() => DescentFactor.Read(c, OutputRecord.Read(c), new DescentOptions(),
            Backends.Managed)).Message);
    }
}
