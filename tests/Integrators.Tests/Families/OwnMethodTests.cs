namespace KernelFlow.Integrators.Tests.Families;

/// <summary>A method of a user's own, written against the public contract alone: operators, inclusion, error control and auto-measured trust in
/// halving come with it.</summary>
public class OwnMethodTests
{
    /// <summary>The explicit midpoint rule: X½ = X − (h/2)B K X at t, X(t+h) = X − h B K X½ at t + h/2.</summary>
    private sealed class ExplicitMidpoint() : IntegrationMethod("explicit-midpoint", 2)
    {
        public override StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend) => new Steps(trajectory, columns, backend);

        private sealed class Steps(KernelTrajectory trajectory, int columns, Backend backend) : NodalStepMethod(trajectory)
        {
            private static readonly double[] s_nodes = [0.5], s_weights = [1];
            private readonly FlowSlope _slope = new(trajectory, columns, backend);
            private readonly DenseMatrix _middle = new(trajectory.TrainSize, columns);
            private int _columns;

            public override ReadOnlySpan<double> Nodes => s_nodes;

            public override ReadOnlySpan<double> Weights => s_weights;

            public override MatrixView AtNode(int i) => ((MatrixView)_middle).ColumnRange(0, _columns);

            public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
            {
                _columns = x.Columns;
                var middle = AtNode(0);
                _slope.At(step.Interval, step.Time);
                _slope.Apply(0.5 * step.Length, x, middle);
                Add(x, middle);
                _slope.At(step.Interval, step.At(0.5));
                _slope.Apply(step.Length, middle, next);
                Add(x, next);
            }

            private static void Add(in MatrixView x, in MatrixView y)
            {
                for (int j = 0; j < x.Columns; j++) VectorRoutines.Axpy(1, x.Column(j), y.Column(j));
            }
        }
    }

    private static readonly IntegrationMethod s_method = new ExplicitMidpoint();

    [Fact]
    public void ConvergesWithItsOrder()
    {
        var problem = Rotating.Blocks([3, 2, 1.5, 1, 0.5, 0.3], 2, false, [1.1, 1.6, 0.8], [0.2, 1.7], seed: 1);
        double[] errors = [.. new[] { 64, 128 }.Select(count =>
        {
            var (P, W, GS, GQ) = problem.Errors(FlowIntegrator.Integrate(problem.Trajectory,
                new PropagationOptions { Method = s_method, FixedSteps = count }, Backends.Managed));
            return Math.Max(Math.Max(P, W), Math.Max(GS, GQ));
        })];
        Check.Between(Math.Log2(errors[0] / errors[1]), 1.85, 2.15, FormattableString.Invariant($"order from the errors {errors[0]:g3}, {errors[1]:g3}"));
    }

    [Fact]
    public void ErrorsAreControlledAndReported()
    {
        foreach (string name in (string[])["rotating", "rotating, B varies"])
        {
            var problem = ErrorEstimateTests.s_problems[name]();
            var found = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = s_method, RelativeTolerance = 1e-4 }, Backends.Managed);
            var (P, W, GS, GQ) = problem.Errors(found);
            double worst = Math.Max(Math.Max(P, W), Math.Max(GS, GQ));
            Assert.Equal(("explicit-midpoint", s_method), (found.Report.Name, found.Method));
            Check.Small(worst, 1e-4, name + ": true error against rtol");
            Check.Small(worst / 3, found.Error.Largest, name + ": a third of the true error against the reported one");
        }
    }

    /// <summary>ker W_S ⊆ ker G_Q with its bound at steps as long as the method is stable for.</summary>
    [Fact]
    public void InclusionComesWithIt()
    {
        var (trajectory, kernel) = StructureTests.Moving(8, 5, 3, 1, 2, null, false, seed: 3);
        var found = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = s_method, FixedSteps = 2 }, Backends.Managed);
        Check.Small((found.W_S * kernel).FrobeniusNorm() / found.W_S.FrobeniusNorm(), 32 * Check.Eps, "W v on the common null space");
        Check.Small((found.G_Q * kernel).FrobeniusNorm() / found.G_Q.FrobeniusNorm(), 32 * Check.Eps, "G_Q v on the common null space");
    }

    /// <summary>The trust in halving is measured by steps on the test equation; for a built-in method that is what its closed form says.</summary>
    [Theory]
    [InlineData("dopri5")]
    [InlineData("magnus-4")]
    [InlineData("rkc2")]
    public void MeasuredTrustIsThatOfTheClosedForm(string name)
    {
        var method = Methods.Find(name)!;
        var measured = HalvingTest.Measured(method);
        for (double z = 0.1; z < 1e3; z *= 3)
            Check.Small(Math.Abs(measured.Divisor(z) / method.Halving.Divisor(z) - 1), 3e-10,
                FormattableString.Invariant($"{name}: divisor at z = {z:g3}, {measured.Divisor(z)} against {method.Halving.Divisor(z)}"));
    }

    [Fact]
    public void ChoicesAreMadeOfNamesAndMethods()
    {
        Assert.True(MethodChoice.Of("auto").IsAuto);
        Assert.Equal(MethodChoice.Auto, (MethodChoice)"auto");
        Assert.Equal((MethodChoice)"gauss-4", (MethodChoice)Methods.Gauss4);
        Assert.NotEqual((MethodChoice)"gauss-4", (MethodChoice)s_method);
        Assert.Equal("explicit-midpoint", MethodChoice.Of(s_method).Name);
        Assert.Throws<ArgumentException>(() => MethodChoice.Of("explicit-midpoint"));
        Assert.Equal(Methods.Names, [MethodChoice.AutoName, .. Methods.All.Select(m => m.Name)]);
    }

    [Theory]
    [InlineData("gauss-2", true, Damping.Bounded)]
    [InlineData("gauss-4", true, Damping.Bounded)]
    [InlineData("gauss-6", true, Damping.Bounded)]
    [InlineData("radau-3", false, Damping.Full)]
    [InlineData("radau-5", false, Damping.Full)]
    [InlineData("dopri5", false, Damping.None)]
    [InlineData("tsit5", false, Damping.None)]
    [InlineData("dop853", false, Damping.None)]
    [InlineData("exponential-midpoint", true, Damping.Full)]
    [InlineData("magnus-4", false, Damping.Full)]
    [InlineData("rkc2", false, Damping.Bounded)]
    public void BuiltInMethodsSayWhatTheyKeep(string name, bool energy, Damping damping)
    {
        var method = Methods.Find(name)!;
        Assert.Equal((energy, damping), (method.KeepsEnergy, method.Damping));
        double far = Math.Abs(TestEquation.Step(method, damping == Damping.None ? 1e2 : 1e4).Stability);
        if (damping == Damping.None) Check.AtLeast(far, 1, $"{name}: |R(1e2)|");
        else Check.Small(far, damping == Damping.Full ? 1e-3 : 1 + 1e-12, $"{name}: |R(1e4)|");
        foreach (double tolerance in (double[])[1e-2, 1e-6])
            Assert.NotEqual(method.Name[..3], method.Partner(tolerance).Name[..3]);
        Assert.NotEqual(method, method.PartnerForColumns);
    }
}
