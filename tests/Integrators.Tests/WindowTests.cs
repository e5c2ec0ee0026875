namespace KernelFlow.Integrators.Tests;

/// <summary>Composition of windows (C10), splitting of intervals, and vectors carried along.</summary>
public class WindowTests
{
    private static readonly double[] s_kappa = [40, 3, 2, 1, 0.5, 0.1];

    // One problem on any knots: formulas do not depend on them as long as the start is the same.
    private static KernelTrajectory On(params double[] knots) =>
        new Shifted(Rotating.Blocks(s_kappa, 2, false, [1.3, 0.7, 2.1], [0, 4], seed: 1).Trajectory, knots);

    private sealed class Shifted(KernelTrajectory inner, double[] knots) : KernelTrajectory(inner.TrainSize, inner.TestSize, inner.Outputs, knots)
    {
        public override double? Beta => inner.Beta;

        public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => inner.TestKernelIntegral(nodes);

        protected override void KernelsCore(int interval, double time, in MatrixView kernels) => inner.Kernels(0, time, kernels);

        protected override void HessianCore(int interval, double time, OutputHessian B) => inner.Hessian(0, time, B);
    }

    private static Propagation Integrate(KernelTrajectory trajectory, double rtol = 1e-10, CarriedVectors? carried = null) =>
        FlowIntegrator.Integrate(trajectory, new PropagationOptions { RelativeTolerance = rtol }, Backends.Managed, carried);

    private static void Compose(Propagation first, Propagation second, Propagation whole, double bound)
    {
        Check.Close(second.P * first.P, whole.P, bound, "P(T,τ)P(τ,s)");
        Check.Close(first.W_S + first.P.Transpose() * second.W_S * first.P, whole.W_S, bound, "W(s,τ) + PᵀW(τ,T)P");
        Check.Close(first.G_Q + second.G_Q * first.P, whole.G_Q, bound, "G_Q(τ,s) + G_Q(T,τ)P");
        Check.Close(first.G_S + second.G_S * first.P, whole.G_S, bound, "G_S(τ,s) + G_S(T,τ)P");
    }

    [Fact]
    public void WindowsComposeToTheWholeWithinTheTolerance() =>
        Compose(Integrate(On(0, 0.5, 1.7)), Integrate(On(1.7, 2.4)), Integrate(On(0, 0.5, 1.7, 2.4)), 1e-9);

    /// <summary>At fixed steps the windows take the very steps of the whole: what is left is rounding.</summary>
    [Theory]
    [InlineData("gauss-4")]
    [InlineData("gauss-6")]
    public void WindowsComposeToRoundingAtFixedSteps(string method)
    {
        var options = new PropagationOptions { Method = method, FixedSteps = 3 };
        Compose(FlowIntegrator.Integrate(On(0, 0.5, 1.7), options, Backends.Managed), FlowIntegrator.Integrate(On(1.7, 2.4), options, Backends.Managed),
            FlowIntegrator.Integrate(On(0, 0.5, 1.7, 2.4), options, Backends.Managed), 1e-14);
    }

    [Fact]
    public void KnotsInASmoothStretchChangeNothing()
    {
        Propagation one = Integrate(On(0, 2.4)), many = Integrate(On([.. Enumerable.Range(0, 41).Select(i => 2.4 * i / 40)]));
        Check.Close(many.P, one.P, 1e-9, "P");
        Check.Close(many.W_S, one.W_S, 5e-11, "W_S");
        Check.Close(many.G_S, one.G_S, 2e-10, "G_S");
        Check.Close(many.G_Q, one.G_Q, 2e-10, "G_Q");
        Assert.Equal(40, many.StepsPerInterval.Count);
        Assert.Equal(many.Report.Steps, many.StepsPerInterval.Sum());
        Check.AtLeast(many.StepsPerInterval.Min(), 1, "least number of steps in an interval");
    }

    /// <summary>W grows with the window in the PSD order (C11).</summary>
    [Fact]
    public void GramianGrowsWithTheWindow()
    {
        var shorter = Integrate(On(0, 0.5)).W_S;
        var longer = Integrate(On(0, 0.5, 2.4)).W_S;
        // The stiffest mode gains less than rounding: the limit is what the two integrations promise, rtol = 1e-10 of their norms.
        Check.Small(-RandomMatrices.SmallestEigenvalue(longer - shorter), 1e-10 * longer.FrobeniusNorm(), "W(s,T) below W(s,τ)");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(4)]
    public void CarriedVectorsAreP_v(int? fixedSteps)
    {
        double[] knots = [0, 0.5, 1.7, 2.4];
        var random = new Random(2);
        double[] v = RandomMatrices.Vector(random, 6);
        double[][] each = Enumerable.Range(0, 3).Select(_ => RandomMatrices.Vector(random, 6)).ToArray();
        var options = new PropagationOptions { RelativeTolerance = 1e-10, FixedSteps = fixedSteps };
        var found = FlowIntegrator.Integrate(On(knots), options, Backends.Managed, new CarriedVectors(v, each));
        Assert.Equal((4, 3), (found.Transported.Count, found.IntervalTransported.Count));
        Assert.Equal(v, found.Transported[0]);
        for (int k = 0; k < 3; k++)
        {
            Matrix<double> upTo = FlowIntegrator.Integrate(On(knots[..(k + 2)]), options, Backends.Managed).P,
                across = FlowIntegrator.Integrate(On(knots[k], knots[k + 1]), options, Backends.Managed).P;
            // Two integrations to rtol = 1e-10 may differ by twice that. Where both happen to take the same steps it is rounding, but they need not.
            Check.Small(Distance(found.Transported[k + 1], upTo, v), fixedSteps is null ? 2e-10 : 8 * Check.Eps, $"P(t_{k + 1}, s) v");
            Check.Small(Distance(found.IntervalTransported[k], across, each[k]), fixedSteps is null ? 2e-10 : 1e-14, $"P(t_{k + 1}, t_{k}) v_{k}");
        }

        static double Distance(double[] found, Matrix<double> P, double[] v) =>
            (Vector<double>.Build.DenseOfArray(found) - P * Vector<double>.Build.DenseOfArray(v)).L2Norm() / Vector<double>.Build.DenseOfArray(v).L2Norm();
    }

    /// <summary>Whatever their size: step control looks at the operators alone.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1e9)]
    public void CarryingVectorsDoesNotChangeTheOperators(double size)
    {
        double[] v = RandomMatrices.Vector(new Random(3), 6).Select(x => size * x).ToArray();
        Propagation plain = Integrate(On(0, 1, 2)), carrying = Integrate(On(0, 1, 2), carried: new CarriedVectors(v, [v, v]));
        Assert.Equal(plain.StepsPerInterval, carrying.StepsPerInterval);
        Check.Close(carrying.P, plain.P, 1e-15, "P");
        Check.Close(carrying.W_S, plain.W_S, 1e-15, "W_S");
        Check.Close(carrying.G_Q, plain.G_Q, 1e-15, "G_Q");
        Assert.Empty(plain.Transported);
        Assert.Empty(plain.IntervalTransported);
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void BackendsAgree(string backend)
    {
        Propagation managed = Integrate(On(0, 1, 2)), other = FlowIntegrator.Integrate(On(0, 1, 2), new PropagationOptions { RelativeTolerance = 1e-10 },
            Backends.Get(backend));
        Check.Close(other.P, managed.P, 2e-13, "P");
        Check.Close(other.W_S, managed.W_S, 2e-13, "W_S");
        Check.Close(other.G_Q, managed.G_Q, 2e-13, "G_Q");
    }
}
