using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Tests;

/// <summary>Dense recordings need one step per interval over a wide range of local tolerances: a pass that misses the tolerance by a little is not mended by a
/// slightly smaller one.</summary>
public class ToleranceTests
{
    [Theory]
    [InlineData(1.001)]
    [InlineData(1.05)]
    [InlineData(1.2)]
    [InlineData(1.5)]
    [InlineData(3)]
    public void AToleranceJustMissedIsReached(double miss)
    {
        var run = SmallNetworks.Record(SmallNetworks.EveryStep with { Train = 20, Test = 10, Steps = 200, Midpoints = false }).Every(2);
        var outputs = OutputRecord.Read(run);
        var trajectory = TrajectoryBuilder.Read(run, outputs, TestRuns.Managed).Linear([.. Enumerable.Range(0, run.Count)]);
        VectorTransport Transport(double tolerance) =>
            FlowIntegrator.Transport(trajectory, outputs.Gradients[0], new PropagationOptions { Method = "gauss-4", RelativeTolerance = tolerance },
            TestRuns.Managed);
        double coarse = Transport(1e-2).Error.Largest, tolerance = coarse / miss;
        Check.Between(coarse, 1e-6, 5e-3, "error with one step per interval");
        Check.Small(Transport(tolerance).Error.Largest, tolerance, FormattableString.Invariant($"error where {tolerance:e2} was missed by a factor {miss}"));
    }
}
