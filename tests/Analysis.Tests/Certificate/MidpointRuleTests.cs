using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>The midpoint rule of the second integration against gauss-2 of the integrators, the same rule by other code, and against its order.</summary>
public class MidpointRuleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ItIsTheOneStageGaussMethod(int count)
    {
        var trajectory = Trajectory();
        var (found, nodes) = MidpointRule.Carry(trajectory, null, count, TestRuns.Managed, CancellationToken.None);
        var expected = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "gauss-2", FixedSteps = count }, TestRuns.Managed);
        Check.Small(TestRuns.Relative(found.End, expected.P), 1e-13, "P");
        Check.Small(TestRuns.Relative(found.Dissipated, expected.W_S), 1e-13, "W_S");
        Check.Small(TestRuns.Relative(found.Train, expected.G_S), 1e-13, "G_S");
        Check.Small(TestRuns.Relative(found.Test, expected.G_Q), 1e-13, "G_Q");
        Assert.Equal(expected.Nodes.Count, nodes.Count);
        foreach (var (a, b) in nodes.Zip(expected.Nodes))
        {
            Assert.Equal(b.Interval, a.Interval);
            Check.Close(a.Time, b.Time, 1e-14, "time");
            Check.Close(a.Weight, b.Weight, 1e-14, "weight");
        }
    }

    [Fact]
    public void AFewColumnsAreThoseOfTheWhole()
    {
        var trajectory = Trajectory();
        int n = trajectory.TrainSize;
        Matrix<double> v = Matrix<double>.Build.Random(n, 2, 3);
        var (whole, _) = MidpointRule.Carry(trajectory, null, 2, TestRuns.Managed, CancellationToken.None);
        var (found, _) = MidpointRule.Carry(trajectory, DenseMatrix.OfMatrix(v), 2, TestRuns.Managed, CancellationToken.None);
        Check.Small(TestRuns.Relative(found.End, whole.End * v), 1e-12, "P V");
        Check.Small(TestRuns.Relative(found.Dissipated, v.Transpose() * whole.Dissipated * v), 1e-12, "VᵀW_S V");
        Check.Small(TestRuns.Relative(found.Train, whole.Train * v), 1e-12, "G_S V");
        Check.Small(TestRuns.Relative(found.Test, whole.Test * v), 1e-12, "G_Q V");
    }

    [Fact]
    public void ItsErrorFallsFourfoldWithHalfTheStep()
    {
        var trajectory = Trajectory();
        var exact = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "radau-5", RelativeTolerance = 1e-10 }, TestRuns.Managed);
        double[] Errors(int count)
        {
            var (r, _) = MidpointRule.Carry(trajectory, null, count, TestRuns.Managed, CancellationToken.None);
            return [TestRuns.Relative(r.End, exact.P), TestRuns.Relative(r.Dissipated, exact.W_S), TestRuns.Relative(r.Test, exact.G_Q)];
        }
        foreach (var (coarse, fine) in Errors(16).Zip(Errors(32))) Check.Between(coarse / fine, 3.7, 4.3, "ratio of the errors");
    }

    private static KernelTrajectory Trajectory()
    {
        var checkpoints = FlowRecording.Of(FlowPath.Curved(12, 4, 1, 40, 0.5, 0.4, 61), [0, 0.4, 1, 2], stepsPerInterval: 20).Jacobians();
        return TrajectoryBuilder.Read(checkpoints, OutputRecord.Read(checkpoints), TestRuns.Managed).Linear([.. Enumerable.Range(0, checkpoints.Count)]);
    }
}
