namespace KernelFlow.Integrators.Tests.Families;

/// <summary>What a method of a user's own says of itself is checked before it is used, and the loop relies on nothing that the contract does not say.</summary>
public class ContractTests
{
    /// <summary>The implicit midpoint rule by a linear solve, with nodes, weights and promises to be chosen; it writes to next before it has read all
    /// of x.</summary>
    private sealed class Midpoint(double[] nodes, double[] weights, bool keepsEnergy, bool independent = false, double wrong = 0)
        : IntegrationMethod("own-midpoint", 2)
    {
        public override bool KeepsEnergy => keepsEnergy;

        public override StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend) => new Steps(this, trajectory);

        private double[] N => nodes;

        private double[] W => weights;

        private bool Independent => independent;

        private double Wrong => wrong;

        private sealed class Steps(Midpoint method, KernelTrajectory trajectory) : NodalStepMethod(trajectory)
        {
            private DenseMatrix _middle = new(1, 1);

            public override ReadOnlySpan<double> Nodes => method.N;

            public override ReadOnlySpan<double> Weights => method.W;

            public override bool NodesAreIndependent => method.Independent;

            public override MatrixView AtNode(int i) => _middle;

            public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
            {
                int n = Trajectory.TrainSize;
                var kernels = new DenseMatrix(n + Trajectory.TestSize, n);
                var hessian = new OutputHessian(n / Trajectory.Outputs, Trajectory.Outputs);
                Trajectory.Kernels(step.Interval, step.At(0.5), kernels);
                Trajectory.Hessian(step.Interval, step.At(0.5), hessian);
                var m = new DenseMatrix(n, n);
                hessian.Apply(0.5 * step.Length, ((MatrixView)kernels).Slice(0, 0, n, n), 0, m);
                next.Fill(double.NaN);
                _middle = (DenseMatrix)(Matrix<double>.Build.DenseIdentity(n) + m).Solve(x.ToMatrix());
                MatrixView middle = _middle;
                for (int j = 0; j < x.Columns; j++) VectorRoutines.Combine(2 - method.Wrong, middle.Column(j), -1, x.Column(j), next.Column(j));
            }
        }
    }

    private static string Refused(IntegrationMethod method) => Assert.Throws<ArgumentException>(() =>
        FlowIntegrator.Integrate(Frozen.Make([2, 1], 0.5, [0, 1], seed: 1).Trajectory, new PropagationOptions { Method = method }, Backends.Managed)).Message;

    [Fact]
    public void NodesAndWeightsAreChecked()
    {
        Assert.StartsWith("own-midpoint: found 1 nodes and 2 weights", Refused(new Midpoint([0.5], [0.5, 0.5], false)));
        Assert.StartsWith("own-midpoint: found 0 nodes", Refused(new Midpoint([], [], false)));
        Assert.StartsWith("own-midpoint: found node 1.5, expected nodes in [0, 1]", Refused(new Midpoint([1.5], [1], false)));
        Assert.StartsWith("own-midpoint: found weight -1, expected positive weights", Refused(new Midpoint([0.5, 0.5], [2, -1], false)));
        Assert.StartsWith("own-midpoint: the weights sum to 0.9, expected 1", Refused(new Midpoint([0.5], [0.9], false)));
    }

    /// <summary>A promise to keep energy decides that W_S is formed from P: it is tried on the test equation first.</summary>
    [Fact]
    public void APromiseThatIsNotKeptIsRefused() =>
        Assert.StartsWith("own-midpoint: KeepsEnergy is true, but on the test equation", Refused(new Midpoint([0.5], [1], keepsEnergy: true, wrong: 1e-3)));

    /// <summary>The same operators as gauss-2, whose steps these are: with W_S from P, from the nodes, and with a defect that is rounding.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void PromisesDoNotChangeTheOperators(bool keepsEnergy, bool independent)
    {
        var problem = Rotating.Scalar([3, 2, 1.5, 1, 0.5, 0.3], 0.8, [1.1, 1.6, 0.8], [0.2, 1.7], seed: 1);
        PropagationOptions With(MethodChoice method, int? steps) => new() { Method = method, FixedSteps = steps, RelativeTolerance = 1e-4 };
        var method = new Midpoint([0.5], [1], keepsEnergy, independent);
        Propagation own = FlowIntegrator.Integrate(problem.Trajectory, With(method, 8), Backends.Managed),
            gauss = FlowIntegrator.Integrate(problem.Trajectory, With(Methods.Gauss2, 8), Backends.Managed);
        Check.Close(own.P, gauss.P, 1e-13, "P");
        Check.Close(own.W_S, gauss.W_S, 1e-13, "W_S");
        Check.Close(own.G_S, gauss.G_S, 1e-13, "G_S");
        Check.Close(own.G_Q, gauss.G_Q, 1e-13, "G_Q");
        problem.AssertClose(FlowIntegrator.Integrate(problem.Trajectory, With(method, null), Backends.Managed), 1e-4);
    }

    /// <summary>A contribution written by hand, node by node, is that of the nodes.</summary>
    [Fact]
    public void AContributionMayBeWrittenNodeByNode()
    {
        var problem = Rotating.Blocks([3, 2, 1.5, 1, 0.5, 0.3], 2, false, [1.1, 1.6, 0.8], [0.2, 1.7], seed: 1);
        Propagation Integrate(IntegrationMethod method) =>
            FlowIntegrator.Integrate(problem.Trajectory, new PropagationOptions { Method = method, FixedSteps = 8 }, Backends.Managed);
        Propagation own = Integrate(new ByHand()), gauss = Integrate(Methods.Gauss4);
        Check.Close(own.W_S, gauss.W_S, 1e-14, "W_S");
        Check.Close(own.G_Q, gauss.G_Q, 1e-14, "G_Q");
    }

    private sealed class ByHand() : IntegrationMethod("by-hand", 4)
    {
        public override StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend) =>
            new Steps(trajectory, (NodalStepMethod)Methods.Gauss4.Start(trajectory, columns, backend));

        private sealed class Steps(KernelTrajectory trajectory, NodalStepMethod gauss) : StepMethod(trajectory)
        {
            public override ReadOnlySpan<double> Nodes => gauss.Nodes;

            public override ReadOnlySpan<double> Weights => gauss.Weights;

            public override void Step(FlowStep step, in MatrixView x, in MatrixView next) => gauss.Step(step, x, next);

            public override void Contribute(FlowStep step, StepContribution sums)
            {
                for (int i = 0; i < Nodes.Length; i++) sums.AddNode(step.Interval, step.At(Nodes[i]), step.Length * Weights[i], gauss.AtNode(i));
            }
        }
    }
}
