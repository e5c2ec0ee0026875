using KernelFlow.Integrators.Tests.Factors;

namespace KernelFlow.Integrators.Tests.Sweeps;

/// <summary>Exponential steps for P alone, and what they make fade.</summary>
public class ExponentialStepTests
{
    /// <summary>The weights are those of e^{−x} and of e^{x}, the second relative to each value: slow modes keep their digits beside fast ones.</summary>
    [Theory]
    [InlineData(1e-9)]
    [InlineData(0.3)]
    [InlineData(16)]
    [InlineData(2000)]
    public void TheSeriesIsTheExponential(double z)
    {
        double[] falling = ChebyshevExponential.Weights(z, 1e-13), rising = ChebyshevExponential.Weights(Math.Min(z, 8), 1e-13 * Math.Exp(-Math.Min(z, 8)));
        for (double share = 0; share <= 1; share += 1.0 / 64)
        {
            double s = 2 * share - 1, small = Math.Min(z, 8);
            Check.Small(Math.Abs(Sum(falling, s, -1) - Math.Exp(-share * z)), 2e-12, $"e^−x at {share} of {z}");
            Check.Small(Math.Abs(Sum(rising, s, 1) * Math.Exp(small - share * small) - 1), 1e-11, $"e^x at {share} of {small}, relative");
        }
        Assert.True(falling.Length <= 10 + 8 * Math.Sqrt(z), $"degree {falling.Length - 1} at {z}");
    }

    [Fact]
    public void ConstantKernelsAreCarriedExactly()
    {
        var problem = SweptOperatorTests.Decay(3000);
        var exact = Exponentials(problem, double.PositiveInfinity);
        Check.Small((OperatorKit.Dense(new SweptPropagator(exact)) - problem.P).L2Norm(), 1e-9, $"P by {exact.Steps.Products} products");
        OperatorKit.Conforms(new SweptPropagator(exact), 1, 1e-12);
        OperatorKit.Conforms(new SweptPropagator(Exponentials(SweptOperatorTests.TurningBlocks(), double.PositiveInfinity)), 2, 1e-12);
    }

    /// <summary>Order 2 where kernels turn, with blocks B that are no multiple of the identity, too.</summary>
    [Fact]
    public void ErrorsFallByFourWithHalvedSteps()
    {
        foreach (var problem in new[] { SweptOperatorTests.Turning(), SweptOperatorTests.TurningBlocks() })
        {
            var coarse = Exponentials(problem, double.PositiveInfinity);
            double error = Error(coarse), half = Error(coarse.Halved());
            Check.Between(error / half, 3.2, 5, $"{problem.Name}: P, {error:g2} to {half:g2}");
            double Error(FlowSweep sweep) => (OperatorKit.Dense(new SweptPropagator(sweep)) - problem.P).L2Norm();
        }
    }

    /// <summary>What is undone fades: P(P⁻¹X) is as small as of any vectors, though kernels turn and later steps are of another scheme.</summary>
    [Fact]
    public void WhatIsUndoneFades()
    {
        var problem = SweptOperatorTests.Turning();
        const int wanted = 3, columns = 6;
        const double until = 0.7;
        var sweep = Exponentials(problem, until);
        int steps = sweep.Steps.Steps.Count(s => s.Time < until);
        Assert.InRange(steps, 1, sweep.Steps.Steps.Count - 1);
        double smallest = Decay(DenseMatrix.CreateIdentity(12)).Svd(false).S[12 - wanted];
        var x = (DenseMatrix)Matrix<double>.Build.Random(12, columns, seed: 6);
        OrthonormalColumns.Make(x);
        Check.AtLeast(Decay(x).Svd(false).S[columns - wanted], 1e3 * smallest, "what these steps leave of three directions of random vectors");
        sweep.Undo(x);
        var gram = x.TransposeThisAndMultiply(x) - DenseMatrix.CreateIdentity(columns);
        Check.Small(gram.L2Norm(), 1e-13, "the basis is orthonormal");
        double left = Decay(x).Svd(false).S[columns - wanted];
        Check.Small(left, 4 * smallest, $"what they leave of the {wanted} that fade most, {smallest:g3} at least of any");
        Assert.True(smallest < 1e-4, $"{smallest}");
        Check.Small(((DenseMatrix)OperatorKit.Dense(new SweptPropagator(sweep)) * x).Svd(false).S[columns - wanted], left, "what all steps leave of them");

        DenseMatrix Decay(DenseMatrix block)
        {
            var end = ((MatrixView)block).ToMatrix();
            sweep.Forward(end, 0, steps, null);
            return end;
        }
    }

    [Fact]
    public void WronglyUsedTheyAreRefused()
    {
        var problem = SweptOperatorTests.Turning();
        var products = new TrajectoryProducts(problem.Trajectory, Backends.Managed);
        var nodes = Assert.Throws<ArgumentException>(() => FlowSweep.Create(products, new SweepOptions { ExponentialUntil = 0.5 }, Backends.Managed));
        Assert.Contains("OfPropagator", nodes.Message);
        var rows = Assert.Throws<ArgumentException>(() => Exponentials(problem, 0.5).Undo(new MatrixView(new double[5], 5, 1)));
        Assert.StartsWith("Found 5 rows, expected 12", rows.Message);
    }

    private static FlowSweep Exponentials(Solved problem, double until) =>
        SweptOperatorTests.Sweep(problem, SweepScheme.Stabilised2, 1e-2).OfPropagator(new SweepOptions { Tolerance = 1e-2, ExponentialUntil = until });

    private static double Sum(double[] w, double s, int sign)
    {
        double older = 1, old = s, sum = w[0] + sign * w[1] * s;
        for (int k = 2; k < w.Length; k++)
        {
            (older, old) = (old, 2 * s * old - older);
            sum += (k % 2 == 0 ? 1 : sign) * w[k] * old;
        }
        return sum;
    }
}
