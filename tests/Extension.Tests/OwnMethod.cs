using KernelFlow;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;

namespace Extension.Tests;

/// <summary>X_½ = X − (h/2) B K X, X(t + h) = X − h B K_½ X_½, with one node in the middle of the step.</summary>
public class ExplicitMidpoint() : IntegrationMethod("explicit-midpoint", order: 2)
{
    public override StepMethod Start(KernelTrajectory trajectory, int columns, Backend backend) => new Steps(trajectory, columns, backend);

    private sealed class Steps(KernelTrajectory trajectory, int columns, Backend backend) : NodalStepMethod(trajectory)
    {
        private readonly FlowSlope _slope = new(trajectory, columns, backend);
        private readonly MatrixView _middle = new(new double[trajectory.TrainSize * columns], trajectory.TrainSize, columns);
        private int _columns;

        public override ReadOnlySpan<double> Nodes => [0.5];

        public override ReadOnlySpan<double> Weights => [1];

        // X(t + h) is X and the weighted slope at the node: nothing is left over.
        public override bool NodesAreIndependent => false;

        public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
        {
            _columns = x.Columns;
            _slope.At(step.Interval, step.Time);
            _slope.Apply(0.5 * step.Length, x, AtNode(0));
            Add(x, AtNode(0));
            _slope.At(step.Interval, step.At(0.5));
            _slope.Apply(step.Length, AtNode(0), next);
            Add(x, next);
        }

        public override MatrixView AtNode(int i) => _middle.ColumnRange(0, _columns);

        // The kernels of the node are those loaded last.
        public override bool TryKernels(int i, out MatrixView kernels)
        {
            kernels = _slope.Kernels;
            return true;
        }

        private static void Add(in MatrixView x, in MatrixView y)
        {
            for (int j = 0; j < x.Columns; j++) VectorRoutines.Axpy(1, x.Column(j), y.Column(j));
        }
    }
}

public class OwnMethod
{
    private const double Tolerance = 1e-4;

    // Says of itself what does not hold.
    private sealed class Boastful : ExplicitMidpoint
    {
        public override bool KeepsEnergy => true;
    }

    [Fact]
    public void ItAgreesWithGauss6ToItsTolerance()
    {
        var own = DigitsTiny.Analyse(DigitsTiny.Options with { Method = new ExplicitMidpoint(), RelativeTolerance = Tolerance });
        var gauss = DigitsTiny.Analyse(DigitsTiny.Options with { Method = Methods.Gauss6, RelativeTolerance = 1e-11 });
        OperatorSet mine = own.Operators.Value, theirs = gauss.Operators.Value;
        Check.Close(mine.P, theirs.P, Tolerance, "P");
        Check.Close(mine.W_S, theirs.W_S, Tolerance, "W_S");
        Check.Close(mine.G_Q, theirs.G_Q, Tolerance, "G_Q");
        Assert.Equal(gauss.Inclusion.Verdict, own.Inclusion.Verdict);
        Assert.All(own.Inclusion.OperatorChecks, check => Assert.True(check.Passed, $"{check.Name}: defect {check.Defect}, limit {check.Limit}"));

        using var report = new Written(own);
        Assert.Equal("explicit-midpoint", report.Results.GetProperty("options").GetProperty("method").GetString());
        Assert.Contains("explicit-midpoint", report.Html);
    }

    /// <summary>A kernel that stands still has P = exp(−βKT): the error of twice as many steps is a quarter.</summary>
    [Fact]
    public void ItIsOfSecondOrder()
    {
        var model = LinearModel.General();
        var run = new CheckpointSequence(model.Flow([1, -1, 2, 0.5, -2, 1, 0, 3], [0, 1]), LossModel.Squared(new double[LinearModel.Train], 1));
        var backend = Backend.Managed(1);
        var trajectory = Interpolation.Linear.Build(TrajectoryBuilder.Read(run, OutputRecord.Read(run), backend), [0, 1]);
        var spectrum = model.Kernel.Evd();
        var exact = spectrum.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(spectrum.EigenValues.Map(l => Math.Exp(-l.Real / LinearModel.Train)))
            * spectrum.EigenVectors.Transpose();
        double Error(int steps) => Check.Relative(
            FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = new ExplicitMidpoint(), FixedSteps = steps }, backend).P, exact);
        Check.Between(Error(8) / Error(16), 3.8, 4.4, "error of 8 steps over that of 16");
    }

    [Fact]
    public void AMethodThatSaysFalselyThatItKeepsEnergyIsRefused()
    {
        var options = DigitsTiny.Options with { Method = new Boastful(), RelativeTolerance = Tolerance };
        string message = Assert.Throws<ArgumentException>(() => DigitsTiny.Analyse(options)).Message;
        Assert.StartsWith("explicit-midpoint: KeepsEnergy is true, but on the test equation", message);
    }
}
