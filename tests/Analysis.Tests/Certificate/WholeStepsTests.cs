using KernelFlow.Analysis.Carries;
using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>One step per interval, or two of low order, with errors from a few vectors: against the operators of a tight integration by another
/// method.</summary>
public class WholeStepsTests
{
    /// <summary>Where the steps of a method are good enough the error that is told is about the one there is; where those of none are, none are
    /// taken.</summary>
    [Theory]
    [InlineData(0.005, false, "gauss-2", 1)]
    [InlineData(0.005, true, "radau-3", 1)]
    [InlineData(0.03, false, "gauss-2", 1)]
    [InlineData(0.03, true, "radau-3", 1)]
    [InlineData(4, false, "gauss-2", 2)]
    [InlineData(4, true, "radau-3", 1)]
    [InlineData(8, false, "radau-3", 1)]
    [InlineData(50, false, null, 0)]
    public void ErrorsAreThoseThatAreTold(double length, bool varying, string? method, int count)
    {
        var trajectory = Trajectory(length, varying);
        var options = new PropagationOptions { Method = "radau-3", RelativeTolerance = 1e-2 };
        var result = WholeSteps.Run(trajectory, midpoint: !varying, known: null, options, TestRuns.Managed, CancellationToken.None);
        var found = result?.Operators;
        Assert.True(found?.Method?.Name == method, found is null ? "no steps were taken" : $"{found.Method}: taken with errors {found.Error}");
        if (found is null) return;
        Assert.True(result!.Value.Measured, "the vectors were not carried by other means");
        Assert.All(found.StepsPerInterval, steps => Assert.Equal(count, steps));
        var exact = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "gauss-6", RelativeTolerance = 1e-9 }, TestRuns.Managed);
        double Off(Matrix<double> a, Matrix<double> b) => (a - b).FrobeniusNorm() / b.FrobeniusNorm();
        double g = Math.Max(Off(found.G_S, exact.G_S), Off(found.G_Q, exact.G_Q));
        // Eight vectors tell a Frobenius norm to a factor of about two.
        foreach (var (name, error, told) in ((string, double, double)[])[("P", Off(found.P, exact.P), found.Error.P), ("W_S", Off(found.W_S, exact.W_S),
            found.Error.W), ("G", g, found.Error.G)])
            Check.Between(error / told, 0.05, 1.5, $"{name}: off by {error:G3}, told {told:G3}");
    }

    /// <summary>Vectors that the second carry has carried already tell the same as those carried for the purpose; a carry that is not good enough is not
    /// taken.</summary>
    [Fact]
    public void TheSecondCarryServesAsWell()
    {
        var trajectory = Trajectory(2, false);
        var options = new PropagationOptions { Method = "radau-3", RelativeTolerance = 1e-2 };
        var random = new Random(3);
        var block = DenseMatrix.Create(trajectory.TrainSize, SecondCarry.Probes, (_, _) => random.Next(2) == 0 ? -0.1 : 0.1);
        var carried = FlowCarry.Run(trajectory, new PropagationOptions { Method = "gauss-4", RelativeTolerance = 1e-6 }, TestRuns.Managed, block, 1,
            CancellationToken.None);
        IntegrationError Told(CarriedBlock? result) => WholeSteps.Run(trajectory, midpoint: true,
            result is null ? null : new SecondCarry([], block, 1, result) { Energies = [] }, options, TestRuns.Managed,
            CancellationToken.None)!.Value.Operators.Error;
        IntegrationError own = Told(null), shared = Told(carried), coarse = Told(carried with { Error = new CarryError(1, 1, 1, 1) });
        Assert.Equal(own, coarse);
        Assert.NotEqual(own, shared);
        foreach (var (name, a, b) in ((string, double, double)[])[("P", shared.P, own.P), ("W_S", shared.W, own.W), ("G", shared.G, own.G)])
            Check.Between(a / b, 0.4, 2.5, name);
    }

    [Fact]
    public void ATighterToleranceThanTheStepsAllowIsNotPretended()
    {
        var options = new PropagationOptions { Method = "radau-3", RelativeTolerance = 1e-9 };
        Assert.Null(WholeSteps.Run(Trajectory(0.03, false), midpoint: true, known: null, options, TestRuns.Managed, CancellationToken.None));
    }

    private static KernelTrajectory Trajectory(double length, bool varying)
    {
        var path = FlowPath.Curved(6, 4, varying ? 2 : 1, 40, 0.5, 0.8 / length, 61);
        var recording = FlowRecording.Of(varying ? path.WithVaryingHessian(4, 62) : path, [0, 0.2 * length, 0.5 * length, length], stepsPerInterval: 20);
        var checkpoints = recording.Jacobians();
        var outputs = OutputRecord.Read(checkpoints);
        return TrajectoryBuilder.Read(checkpoints, outputs, TestRuns.Managed).Linear([.. Enumerable.Range(0, checkpoints.Count)]);
    }
}
