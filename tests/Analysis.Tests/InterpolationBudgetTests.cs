using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests;

/// <summary>Where the Jacobian is known between checkpoints, the interpolation part of the budget can be compared with the truth: the error of the prediction,
/// since the recorded
/// outputs come from the true path and integration is exact to 1e-9.</summary>
public class InterpolationBudgetTests
{
    private const double End = 4;
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];

    private static double[] Grid(int count, double ratio)
    {
        double[] steps = Enumerable.Range(0, count - 1).Select(i => Math.Pow(ratio, i)).ToArray();
        double sum = steps.Sum();
        double[] times = new double[count];
        for (int i = 1; i < count; i++) times[i] = times[i - 1] + End * steps[i - 1] / sum;
        times[^1] = End;
        return times;
    }

    private static ReservoirAnalysis Analysis(double[] times, bool kernels, int seed)
    {
        var recording = FlowRecording.Of(FlowPath.Curved(8, 5, 1, 40, 0.6, 1.1, seed), times, stepsPerInterval: 150);
        return Analyze.Reservoir(kernels ? recording.Kernels(cross: false) : recording.Jacobians(), TestRuns.Options with { RelativeTolerance = 1e-9 });
    }

    /// <summary>Uniform and geometric grids, even and odd numbers of checkpoints, linear in J and linear in K.</summary>
    [Theory]
    [InlineData(9, 1.0, false)]
    [InlineData(12, 1.0, false)]
    [InlineData(24, 1.0, false)]
    [InlineData(9, 1.3, false)]
    [InlineData(16, 1.2, false)]
    [InlineData(9, 1.0, true)]
    [InlineData(16, 1.0, true)]
    [InlineData(16, 1.2, true)]
    public void TheEstimateIsWithinASmallFactorOfTheTruth(int count, double ratio, bool kernels)
    {
        foreach (int seed in (int[])[41, 42, 43])
        {
            var analysis = Analysis(Grid(count, ratio), kernels, seed);
            foreach (string id in s_claims)
            {
                var claim = analysis.Claim(id);
                Assert.True(claim.RelativeError.OrNull() > 100 * claim.Budget!.Integration.OrNull(),
                    $"{id}: the error {claim.RelativeError:G3} is not one of interpolation");
                // C1 is one number, and its error may vanish by accident: the estimate goes by sizes of vectors and does not. Few checkpoints may show a lower
                // order than the path has, and kernels alone do not show whether J is straight in t: their margin is 4.5, that of Jacobians 2.
                double most = (id, kernels) switch { ("C1", true) => 61, ("C1", false) => 40, (_, true) => 52, _ => 11 };
                Check.Between(claim.Budget.Interpolation.Value / claim.RelativeError.Value, 0.3, most,
                    $"{id}, seed {seed}: estimate relative to the truth ({claim.RelativeError:G3})");
            }
        }
    }

    /// <summary>Both the error and its estimate fall as h²: halving all steps divides them by four.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ErrorAndEstimateAreOfSecondOrder(bool kernels)
    {
        ReservoirAnalysis coarse = Analysis(Grid(17, 1), kernels, 44), fine = Analysis(Grid(33, 1), kernels, 44);
        foreach (string id in s_claims)
        {
            Check.Between(coarse.Claim(id).RelativeError.Value / fine.Claim(id).RelativeError.Value, 3.5, 4.5, $"{id}: error ratio");
            Check.Between(coarse.Claim(id).Budget!.Interpolation.Value / fine.Claim(id).Budget!.Interpolation.Value, 1.8, 8, $"{id}: estimate ratio");
        }
    }

    [Fact]
    public void TwoCheckpointsLeaveThePartUnknown()
    {
        var analysis = Analysis([0, 1], false, 45);
        foreach (string id in s_claims)
        {
            var claim = analysis.Claim(id);
            Assert.Equal(Verdict.Undecided, claim.Verdict);
            Assert.Null(claim.Budget!.Interpolation.OrNull());
            Assert.Equal("fewer than three checkpoints: none can be left out", claim.Budget.Interpolation.Reason);
            Assert.Contains("interpolation (fewer than three checkpoints", claim.Reason);
        }
    }

    /// <summary>The transport defect points at the interval in which a checkpoint is missing.</summary>
    [Fact]
    public void TheTransportDefectPointsAtTheSparseInterval()
    {
        double[] all = Grid(25, 1);
        var analysis = Analysis([.. all.Where((_, i) => i is < 9 or > 12)], false, 46);
        var worst = analysis.Intervals.MaxBy(i => i.TransportDefect.Value)!;
        Assert.Equal((all[8], all[13]), (worst.From, worst.To));
        double next = analysis.Intervals.Where(i => i != worst).Max(i => i.TransportDefect.Value);
        Assert.True(worst.TransportDefect.Value > 5 * next, $"worst {worst.TransportDefect:G3}, next {next:G3}");
    }
}
