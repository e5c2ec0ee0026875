using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>One step per interval, with errors from a few vectors: against the operators of a tight integration by another method.</summary>
public class WholeStepsTests
{
    /// <summary>Where the steps of a method are good enough the error that is told is about the one there is; where those of none are, none are
    /// taken.</summary>
    [Theory]
    [InlineData(0.005, false, "gauss-2")]
    [InlineData(0.005, true, "gauss-2")]
    [InlineData(0.03, false, "gauss-2")]
    [InlineData(0.03, true, "gauss-2")]
    [InlineData(4, false, "radau-3")]
    [InlineData(4, true, "radau-3")]
    [InlineData(50, false, null)]
    public void ErrorsAreThoseThatAreTold(double length, bool varying, string? method)
    {
        var trajectory = Trajectory(length, varying);
        var options = new PropagationOptions { RelativeTolerance = 1e-2 };
        var found = WholeSteps.Run(trajectory, [Methods.Gauss2, Methods.Radau3], options, TestRuns.Managed, CancellationToken.None);
        Assert.True(found?.Method?.Name == method, found is null ? "no steps were taken" : $"{found.Method}: taken with errors {found.Error}");
        if (found is null) return;
        Assert.All(found.StepsPerInterval, steps => Assert.Equal(1, steps));
        var exact = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "gauss-6", RelativeTolerance = 1e-9 }, TestRuns.Managed);
        double Off(Matrix<double> a, Matrix<double> b) => (a - b).FrobeniusNorm() / b.FrobeniusNorm();
        double g = Math.Max(Off(found.G_S, exact.G_S), Off(found.G_Q, exact.G_Q));
        // Eight vectors tell a Frobenius norm to a factor of about two.
        foreach (var (name, error, told) in ((string, double, double)[])[("P", Off(found.P, exact.P), found.Error.P), ("W_S", Off(found.W_S, exact.W_S),
            found.Error.W), ("G", g, found.Error.G)])
            Check.Between(error / told, 0.05, 1.5, $"{name}: off by {error:G3}, told {told:G3}");
    }

    [Fact]
    public void ATighterToleranceThanTheStepsAllowIsNotPretended()
    {
        var options = new PropagationOptions { RelativeTolerance = 1e-9 };
        Assert.Null(WholeSteps.Run(Trajectory(0.03, false), [Methods.Gauss2, Methods.Radau3], options, TestRuns.Managed, CancellationToken.None));
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
