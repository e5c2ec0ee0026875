using System.Text.Json;
using KernelFlow.Integrators.Tests.Factors;

namespace KernelFlow.Integrators.Tests.Sweeps;

/// <summary>How steps are chosen, frozen and judged.</summary>
public class SweepPlanTests
{
    public static TheoryData<string> Schemes => [.. SweepScheme.Names];

    /// <summary>Recorded Jacobians, linear and cubic, squared loss and softmax: within the tolerance of the dense integration at 1e-10.</summary>
    [Theory]
    [InlineData("rkc2", false, false, 1e-3)]
    [InlineData("rkc2", true, false, 1e-4)]
    [InlineData("rkc2", true, true, 1e-3)]
    [InlineData("rkc3", false, true, 1e-5)]
    [InlineData("rkc3", true, false, 1e-6)]
    public void RecordedRunsAreThoseOfTheDenseIntegration(string name, bool softmax, bool cubic, double tolerance)
    {
        var trajectory = Flows.Make("gauss-6", softmax, cubic, 11, Backends.Managed).Trajectory;
        var dense = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "gauss-6", RelativeTolerance = 1e-10 }, Backends.Managed);
        var options = new SweepOptions { Scheme = SweepScheme.Find(name), Tolerance = tolerance };
        var sweep = FlowSweep.Create(new TrajectoryProducts(trajectory, Backends.Managed), options, Backends.Managed);
        var (p, w, gs, gq) = SweptOperatorTests.Errors(sweep, new Solved(name, trajectory, dense.P, dense.W_S, dense.G_S, dense.G_Q));
        double worst = Math.Max(Math.Max(p, w), Math.Max(gs, gq));
        Check.Small(worst, tolerance, $"{name}: largest of P {p:g2}, W {w:g2}, G_S {gs:g2}, G_Q {gq:g2}");
        // The estimates are honest: within a factor 3 of the truth, each of them.
        var estimate = sweep.EstimateError(options);
        Check.AtLeast(3 * estimate.P, p, $"3 × the estimate {estimate.P:g2} of the error of P");
        Check.AtLeast(3 * estimate.W, w, $"3 × the estimate {estimate.W:g2} of the error of W");
        Check.AtLeast(3 * estimate.Train, gs, $"3 × the estimate {estimate.Train:g2} of the error of G_S");
        Check.AtLeast(3 * estimate.Test, gq, $"3 × the estimate {estimate.Test:g2} of the error of G_Q");
        Check.AtLeast(10 * worst, estimate.Largest, "10 × the error against its estimate");
        Check.Small(sweep.Steps.EstimatedError!.Value, tolerance, "what was recorded with the steps");
    }

    /// <summary>Halved steps leave a quarter of the error of order 2, and an eighth of that of order 3.</summary>
    [Theory]
    [InlineData("rkc2", 3.2, 5)]
    [InlineData("rkc3", 6.5, 30)]
    public void ErrorsFallWithTheOrder(string name, double least, double most)
    {
        foreach (var problem in new[] { SweptOperatorTests.Turning(), SweptOperatorTests.TurningBlocks() })
        {
            var coarse = SweptOperatorTests.Sweep(problem, SweepScheme.Find(name)!, 1e-3).Halved();
            var (p, w, gs, _) = SweptOperatorTests.Errors(coarse, problem);
            var (p2, w2, gs2, _) = SweptOperatorTests.Errors(coarse.Halved(), problem);
            Check.Between(p / p2, least, most, $"{name}, {problem.Name}: P, {p:g2} to {p2:g2}");
            Check.Between(gs / gs2, least, most, $"{name}, {problem.Name}: G_S, {gs:g2} to {gs2:g2}");
            Check.AtLeast(w / w2, least, $"{name}, {problem.Name}: W, {w:g2} to {w2:g2}");
        }
    }

    /// <summary>Steps for P alone meet the tolerance with fewer products.</summary>
    [Fact]
    public void StepsForThePropagatorAloneAreFewer()
    {
        var problem = SweptOperatorTests.Decay(3000);
        var sweep = SweptOperatorTests.Sweep(problem, SweepScheme.Stabilised2, 1e-3);
        var alone = sweep.OfPropagator(new SweepOptions { Tolerance = 1e-3 });
        double error = (OperatorKit.Dense(new SweptPropagator(alone)) - problem.P).L2Norm();
        Check.Small(error, 1e-3, $"P by {alone.Steps.Products} products");
        Check.Small(alone.Steps.EstimatedError!.Value, 1e-3, "the estimate of it");
        Assert.True(alone.Steps.Products < 0.8 * sweep.Steps.Products, $"{alone.Steps.Products} products, {sweep.Steps.Products} for W and G as well");
    }

    /// <summary>An error in one of 400 directions, which random vectors hardly see, is found, and steps are shorter where it is made, not before.</summary>
    [Fact]
    public void StepsAreShorterWhereAHiddenErrorIsMade()
    {
        const double tolerance = 1e-3;
        var options = new SweepOptions { Scheme = SweepScheme.Stabilised2, Tolerance = tolerance };
        int[] Steps(double turn)
        {
            var sweep = FlowSweep.Create(new TurningPlane(turn), options, Backends.Managed);
            Check.Small(sweep.EstimateError(options, rounds: 4).Train, tolerance, $"G_S with a plane that turns by {turn}");
            return [.. Enumerable.Range(0, 3).Select(i => sweep.Steps.Steps.Where(s => s.Interval == i).Sum(s => s.Degree))];
        }

        int[] still = Steps(0), turning = Steps(1.5);
        Check.AtLeast(turning[1], 1.5 * still[1], "products of the interval in which it turns, those of one in which nothing does at least 1.5 times");
        // The sum over the intervals is what is least, so that this one changes a little, too. Later ones have to follow what the turn has left fast again.
        Check.Small(turning[0], 1.25 * still[0], "products of the interval before, those without the turn 1.25 times");
    }

    // 400 modes that stand still but for one plane, of a fast and a slow one, which turns in the second of three intervals.
    private sealed class TurningPlane(double angle) : KernelProducts(Size, 0, 1, [0, 1, 2, 4])
    {
        private const int Size = 400, Fast = 60, Slow = 350;

        private readonly double[] _rates = Frozen.Logarithmic(Size, 300, 1e-4);

        public override double? Beta => 1;

        public override double TrainBound(int interval) => 301;

        public override double TrainFlops(int interval) => Size;

        protected override void ApplyTrainCore(int interval, double time, in MatrixView x, in MatrixView y)
        {
            double turned = angle * Math.Clamp(time - 1, 0, 1), c = Math.Cos(turned), s = Math.Sin(turned);
            for (int j = 0; j < x.Columns; j++)
            {
                Span<double> from = x.Column(j), to = y.Column(j);
                for (int i = 0; i < Size; i++) to[i] = _rates[i] * from[i];
                double a = _rates[Fast] * (c * from[Fast] + s * from[Slow]), b = _rates[Slow] * (c * from[Slow] - s * from[Fast]);
                (to[Fast], to[Slow]) = (c * a - s * b, s * a + c * b);
            }
        }

        protected override void ApplyTestCore(int interval, double time, in MatrixView x, in MatrixView y) { }

        protected override void ApplyTestTransposedCore(int interval, double time, in MatrixView y, in MatrixView x) => x.Fill(0);

        protected override void HessianCore(int interval, double time, OutputHessian B)
        {
            for (int i = 0; i < Size; i++) B.SetDiagonal(i, [1]);
        }
    }

    /// <summary>Other kernels on the same steps, several panels joined: the difference of two models is that of the kernels.</summary>
    [Fact]
    public void DifferencesAlongTheSameStepsAreThoseOfTheKernels()
    {
        var trajectory = Flows.Make("gauss-6", false, false, 11, Backends.Managed).Trajectory;
        var products = new TrajectoryProducts(trajectory, Backends.Managed);
        var sweep = FlowSweep.Create(products, new SweepOptions { Tolerance = 1e-3 }, Backends.Managed).Joined(4);
        int n = trajectory.TrainSize;
        var x = RandomMatrices.Uniform(new Random(4), n, 1);
        foreach (double factor in (double[])[1, 1.02])
        {
            var own = new Scaled(trajectory, 1, 0);
            var other = new Scaled(trajectory, factor, 0);
            var found = SweptTransport.Carry(sweep.Over(other, 0, 1), x).End - SweptTransport.Carry(sweep.Over(own, 0, 1), x).End;
            var options = new SweepOptions { Tolerance = 1e-6 };
            var exact = SweptTransport.Carry(FlowSweep.Create(other, options, Backends.Managed), x).End
                - SweptTransport.Carry(FlowSweep.Create(own, options, Backends.Managed), x).End;
            if (factor == 1) Assert.Equal(0, found.FrobeniusNorm());
            else Check.Small((found - exact).FrobeniusNorm(), 0.1 * exact.FrobeniusNorm(), $"the difference of kernels {factor} times as large");
        }
        Assert.Throws<ArgumentException>(() => sweep.Over(products, 0, 1));
        Assert.Throws<ArgumentException>(() => sweep.Over(new Scaled(trajectory, 1, 0), 1, 2));
        Assert.Throws<ArgumentException>(() => sweep.Over(new Scaled(trajectory, 1, 0), 1, 1));
    }

    // The kernels of one interval, times a factor.
    private sealed class Scaled(KernelTrajectory trajectory, double factor, int interval)
        : KernelProducts(trajectory.TrainSize, trajectory.TestSize, trajectory.Outputs, [trajectory.Knots[interval], trajectory.Knots[interval + 1]])
    {
        private readonly TrajectoryProducts _whole = new(trajectory, Backends.Managed);

        public override double? Beta => _whole.Beta;

        public override double TrainBound(int i) => factor * _whole.TrainBound(interval);

        public override double TrainFlops(int i) => 0;

        protected override void ApplyTrainCore(int i, double time, in MatrixView x, in MatrixView y)
        {
            _whole.ApplyTrain(interval, time, x, y);
            for (int j = 0; j < y.Columns; j++) VectorRoutines.Scale(factor, y.Column(j), y.Column(j));
        }

        protected override void ApplyTestCore(int i, double time, in MatrixView x, in MatrixView y) => _whole.ApplyTest(interval, time, x, y);

        protected override void ApplyTestTransposedCore(int i, double time, in MatrixView y, in MatrixView x) =>
            _whole.ApplyTestTransposed(interval, time, y, x);

        protected override void HessianCore(int i, double time, OutputHessian B) => _whole.Hessian(interval, time, B);
    }

    /// <summary>2βW = I − PᵀP holds for the flow and not for a sweep: as far as it is off, the quadrature is.</summary>
    [Fact]
    public void TheEnergyIdentityChecksTheQuadrature()
    {
        var problem = SweptOperatorTests.Turning();
        var sweep = SweptOperatorTests.Sweep(problem, SweepScheme.Stabilised2, 1e-3);
        var P = OperatorKit.Dense(new SweptPropagator(sweep));
        var lost = Matrix<double>.Build.DenseIdentity(12) - P.TransposeThisAndMultiply(P);
        double off = (2 * 1.3 * OperatorKit.Dense(new SweptGramian(sweep)) - lost).L2Norm();
        Check.Between(off, 1e-8, 2e-3, "‖2βW − (I − PᵀP)‖");
    }

    /// <summary>Bounds of λ_max are bounds, and sharp, for B = βI and for singular blocks.</summary>
    [Fact]
    public void SpectralBoundsAreSharp()
    {
        foreach (var problem in new[] { SweptOperatorTests.Decay(300), SweptOperatorTests.Turning(), SweptOperatorTests.TurningBlocks() })
        {
            var t = problem.Trajectory;
            double[] bounds = SpectralBounds.Of(new TrajectoryProducts(t, Backends.Managed), 1, CancellationToken.None);
            var hessian = new OutputHessian(t.TrainSize / t.Outputs, t.Outputs);
            for (int i = 0; i < bounds.Length; i++)
                foreach (double theta in new[] { 0, 0.3, 0.77, 1 })
                {
                    double time = t.Knots[i] + theta * (t.Knots[i + 1] - t.Knots[i]);
                    var kernels = new DenseMatrix(t.TrainSize + t.TestSize, t.TrainSize);
                    t.Kernels(i, time, kernels);
                    t.Hessian(i, time, hessian);
                    DenseMatrix K = DenseMatrix.OfMatrix(kernels.SubMatrix(0, t.TrainSize, 0, t.TrainSize)), A = new(t.TrainSize, t.TrainSize);
                    hessian.Apply(1, K, 0, A);
                    double exact = A.Evd().EigenValues.Max(e => e.Real);
                    Check.Between(bounds[i] / exact, 1, 1.1, $"{problem.Name}, interval {i}: bound over λ_max = {exact:g4}");
                }
        }
    }

    [Fact]
    public void FactorsOfSingularBlocksGiveThemBack()
    {
        var hessian = new OutputHessian(2, 3);
        hessian.SetBlock(0, [0.24, -0.12, -0.12, -0.12, 0.21, -0.09, -0.12, -0.09, 0.21]); // softmax: rows add up to nothing
        hessian.SetDiagonal(1, [0, 2, 0]);
        var factor = BlockFactor.Of(hessian);
        for (int j = 0; j < 6; j++)
        {
            var x = new double[6];
            x[j] = 1;
            factor.ApplyTransposed(x);
            factor.Apply(x);
            for (int i = 0; i < 6; i++)
                Check.Small(Math.Abs(x[i] - (i / 3 == j / 3 ? hessian[i / 3, i % 3, j % 3] : 0)), 1e-15, $"LLᵀ − B at [{i}, {j}]");
        }
    }

    /// <summary>Steps are data: written to JSON and read again they give the same W to the last bit.</summary>
    [Theory]
    [MemberData(nameof(Schemes))]
    public void StepsThatWereWrittenGiveTheSameBits(string name)
    {
        var sweep = SweptOperatorTests.Sweep(SweptOperatorTests.Turning(), SweepScheme.Find(name)!, 1e-3);
        var read = JsonSerializer.Deserialize<SweepSteps>(JsonSerializer.Serialize(sweep.Steps))!;
        Assert.Equal(sweep.Steps.Products, read.Products);
        Assert.Equal(OperatorKit.Dense(new SweptGramian(sweep)), OperatorKit.Dense(new SweptGramian(FlowSweep.Along(sweep.Products, read, Backends.Managed))));
    }

    /// <summary>The forecast for constant kernels is what they take, but for steps that slow modes do without; too little memory costs a sweep.</summary>
    [Fact]
    public void ForecastsAreNearWhatIsTaken()
    {
        var problem = SweptOperatorTests.Decay(3000);
        foreach (double tolerance in new[] { 1e-2, 1e-3 })
        {
            var knots = problem.Trajectory.Knots;
            double[] bounds = [3060, 3060, 3060];
            var forecasts = SweepChoice.Forecasts(knots, bounds, 16, 100, tolerance, 1L << 30);
            var forecast = forecasts.Single(f => f.Scheme == "rkc2");
            Assert.Equal("rkc2", forecasts.MinBy(f => f.Flops)!.Scheme);
            Assert.Equal(100.0 * forecast.Products, forecast.Flops);
            var steps = SweptOperatorTests.Sweep(problem, SweepScheme.Stabilised2, tolerance).Steps;
            Check.Between((2.0 * steps.Products + steps.Nodes) / forecast.Products, 0.4, 1.6, $"products taken over those forecast, tolerance {tolerance}");
            var tight = SweepChoice.Forecasts(knots, bounds, 16, 100, tolerance, 8 * 16 * 40).Single(f => f.Scheme == "rkc2");
            Assert.Equal((1, 2), (forecast.Sweeps, tight.Sweeps));
            Check.Small(tight.Bytes, forecast.Bytes, "bytes with little memory");
        }
        Assert.Equal("rkc3", SweepChoice.Forecasts(problem.Trajectory.Knots, [3060, 3060, 3060], 16, 100, 1e-6, 1L << 30).MinBy(f => f.Flops)!.Scheme);
        Assert.Throws<ArgumentException>(() => SweepChoice.Forecasts([0, 1], [1, 2], 16, 1, 1e-3, 1));
    }
}
