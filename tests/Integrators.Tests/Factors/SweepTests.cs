namespace KernelFlow.Integrators.Tests.Factors;

/// <summary>P, W_h, G_h and F by sweeps against the dense ones of the same nodes, formed the long way, and against operators of another method.</summary>
public class SweepTests
{
    public static TheoryData<string, bool, bool, int> Cases => new()
    {
        { "gauss-2", true, false, 40 }, { "gauss-4", false, false, 40 }, { "gauss-4", true, true, 60 }, { "gauss-6", true, false, 40 },
        { "gauss-6", false, true, 5 }, { "radau-3", true, false, 5 }, { "radau-5", false, false, 17 }, { "radau-5", true, true, 70 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void SweepsAreTheDenseOperatorsOfTheSameNodes(string method, bool softmax, bool cubic, int D)
    {
        var flow = Flows.Make(method, softmax, cubic, D, Backends.Managed);
        var (F, W, G, P) = flow.Dense();
        var grid = new FlowGrid(flow.Trajectory, flow.Propagation, Backends.Managed);
        Check.Close(OperatorKit.Dense(new PropagatorOperator(grid)), P, 1e-12, "P");
        Check.Close(OperatorKit.Dense(new GramianOperator(grid)), W, 1e-12, "W_h");
        Check.Close(OperatorKit.Dense(new TransferOperator(grid)), G, 1e-12, "G_h");
        Check.Close(flow.Propagation.W_S, W, 1e-12, "the integrator's W_S");
        Check.Close(flow.Propagation.G_Q, G, 1e-12, "the integrator's G_Q");
        Check.Close(OperatorKit.Dense(new TransferOperator(grid, TransferTarget.Train)), flow.Propagation.G_S, 1e-12, "G_S");

        var factor = new FlowFactor(grid, JacobianCoordinates.Read(flow.Checkpoints, flow.Trajectory, Backends.Managed));
        var found = OperatorKit.Dense(factor);
        Check.Close(found.TransposeThisAndMultiply(found), W, 1e-12, "FᵀF");
        Check.Close(OperatorKit.Apply(new ResponseFactor(factor), found), G, 1e-12, "H·F");
        var triangle = factor.Triangle();
        Check.Close(triangle.TransposeThisAndMultiply(triangle), W, 1e-12, "RᵀR");
        double[] expected = F.Svd(false).S.ToArray(), sigma = triangle.Svd(false).S.ToArray();
        Check.Small(expected.Zip(sigma, (x, y) => Math.Abs(x - y)).Max() / expected[0], 1e-14, "singular values of R against those of F with all D rows");
        if (softmax) Check.Between(expected[^1] / expected[0], 1e-9, 0.5, "smallest over largest: not a trivial spectrum");
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void OperatorsConform(string backend)
    {
        var flow = Flows.Make("gauss-6", true, false, 40, Backends.Get(backend));
        var grid = new FlowGrid(flow.Trajectory, flow.Propagation, Backends.Get(backend));
        var factor = new FlowFactor(grid, JacobianCoordinates.Read(flow.Checkpoints, flow.Trajectory, Backends.Get(backend)));
        LinearOperator[] all = [new PropagatorOperator(grid), new GramianOperator(grid), new TransferOperator(grid),
            new TransferOperator(grid, TransferTarget.Train), factor, new ResponseFactor(factor)];
        for (int i = 0; i < all.Length; i++) OperatorKit.Conforms(all[i], seed: i);
        var W = OperatorKit.Dense(new GramianOperator(grid));
        Check.Small((W - W.Transpose()).FrobeniusNorm() / W.FrobeniusNorm(), 1e-14, "asymmetry of W_h");
    }

    /// <summary>Maps formed again are the same to the last bit, so memory changes time and nothing else.</summary>
    [Fact]
    public void MemoryDoesNotChangeTheResult()
    {
        var flow = Flows.Make("gauss-4", true, false, 40, Backends.Managed, fixedSteps: 3);
        const int N = 8;
        var all = new FlowGrid(flow.Trajectory, flow.Propagation, Backends.Managed);
        var some = new FlowGrid(flow.Trajectory, flow.Propagation, Backends.Managed, maxBytes: 4 * 2 * N * N * sizeof(double) + 5);
        var none = new FlowGrid(flow.Trajectory, flow.Propagation, Backends.Managed, maxBytes: 0);
        Assert.Equal((9, 9, 9L * 2 * N * N * sizeof(double)), (all.Steps, all.StepsKept, all.Bytes));
        Assert.Equal((4, 0, 0L), (some.StepsKept, none.StepsKept, none.Bytes));
        var expected = OperatorKit.Dense(new GramianOperator(all));
        Assert.Equal(expected, OperatorKit.Dense(new GramianOperator(some)));
        Assert.Equal(expected, OperatorKit.Dense(new GramianOperator(none)));
    }

    /// <summary>A closed form knows nothing of steps.</summary>
    [Theory]
    [InlineData("gauss-4")]
    [InlineData("radau-5")]
    public void AgreesWithTheClosedForm(string method)
    {
        var problem = Rotating.Blocks([3, 1, 0.5, 0.2, 0.1, 0.05], 2, false, [0.7, 1.3], [0, 1, 2], seed: 5);
        var propagation = FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = method, RelativeTolerance = 1e-10 }, Backends.Managed);
        var grid = new FlowGrid(problem.Trajectory, propagation, Backends.Managed);
        Check.Close(OperatorKit.Dense(new PropagatorOperator(grid)), problem.P, 1e-9, "P");
        Check.Close(OperatorKit.Dense(new GramianOperator(grid)), problem.W, 1e-9, "W");
        Check.Close(OperatorKit.Dense(new TransferOperator(grid)), problem.G_Q, 1e-9, "G_Q");
    }

    /// <summary>W by an explicit method on a grid of its own, G by its dense output.</summary>
    [Fact]
    public void AgreesWithAnotherMethod()
    {
        var flow = Flows.Make("gauss-6", true, false, 40, Backends.Managed, fixedSteps: null);
        var other = FlowIntegrator.Integrate(flow.Trajectory, new PropagationOptions { Method = "dopri5", RelativeTolerance = 1e-9 }, Backends.Managed);
        var grid = new FlowGrid(flow.Trajectory, flow.Propagation, Backends.Managed);
        Check.Close(OperatorKit.Dense(new GramianOperator(grid)), other.W_S, 2e-8, "W");
        Check.Close(OperatorKit.Dense(new TransferOperator(grid)), other.G_Q, 2e-8, "G_Q");
        Assert.StartsWith("The factor of a flow needs the steps of a collocation method (gauss-2, gauss-4, gauss-6, radau-3, radau-5), not dopri5.",
            Assert.Throws<ArgumentException>(() => new FlowGrid(flow.Trajectory, other, Backends.Managed)).Message);
    }

    [Fact]
    public void RefusesWhatDoesNotBelongTogether()
    {
        var flow = Flows.Make("gauss-4", false, false, 40, Backends.Managed);
        var grid = new FlowGrid(flow.Trajectory, flow.Propagation, Backends.Managed);
        Propagation With(IReadOnlyList<FlowStep> steps) => new()
        {
            P = flow.Propagation.P, W_S = flow.Propagation.W_S, G_S = flow.Propagation.G_S, G_Q = flow.Propagation.G_Q, Nodes = flow.Propagation.Nodes,
                Steps = steps,
            StepsPerInterval = [], Transported = [], IntervalTransported = [], Error = flow.Propagation.Error, Report = flow.Propagation.Report,
        };
        string Refused(params IReadOnlyList<FlowStep> steps) =>
            Assert.Throws<ArgumentException>(() => new FlowGrid(flow.Trajectory, With(steps), Backends.Managed)).Message;
        Assert.StartsWith("The integration holds no steps.", Refused([]));
        Assert.Contains("does not lie in interval", Refused([.. flow.Propagation.Steps.Select(s => s with { Time = s.Time + 100 })]));
        var other = Frozen.Make([2, 1], 0.5, [0, 1], seed: 1);
        Assert.Contains("the trajectory of N = 2", Assert.Throws<ArgumentException>(() => new FlowGrid(other.Trajectory, flow.Propagation,
            Backends.Managed)).Message);

        var blocks = flow.Run.Blocks(testKernel: true, cross: true);
        Assert.StartsWith("The run holds kernel blocks", Assert.Throws<ArgumentException>(() => JacobianCoordinates.Read(blocks, flow.Trajectory,
            Backends.Managed)).Message);
        var crossed = TrajectoryBuilder.Read(blocks, OutputRecord.Read(blocks), Backends.Managed).Linear([0, 1]);
        Assert.Throws<ArgumentException>(() => JacobianCoordinates.Read(flow.Checkpoints.Window(null, flow.Checkpoints[1].Time), flow.Trajectory,
            Backends.Managed));
        Assert.NotNull(crossed.Interpolants);
        _ = grid;
    }

    /// <summary>A kernel that is not finite is a typed error, not a factor full of NaN.</summary>
    [Fact]
    public void NotFiniteIsTyped()
    {
        var good = Frozen.Make([2, 1, 0.5], 0.5, [0, 1], seed: 1);
        var propagation = FlowIntegrator.Integrate(good.Trajectory, new PropagationOptions { Method = "gauss-4", FixedSteps = 2 }, Backends.Managed);
        var bad = new FormulaTrajectory(4, 1, [0, 1], t => DenseMatrix.Create(7, 3, t > 0.5 ? double.NaN : 0), _ => new DenseMatrix(4, 4),
            FormulaTrajectory.Scalar(3, 0.5), 0.5);
        var op = new GramianOperator(new FlowGrid(bad, propagation, Backends.Managed));
        Assert.Throws<NumericalException>(() => op.Apply(DenseMatrix.CreateIdentity(3), new DenseMatrix(3, 3)));
    }
}
