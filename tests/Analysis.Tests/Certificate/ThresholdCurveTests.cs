using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>The curve over the threshold against analyses at single thresholds and against plain recomputation.</summary>
public class ThresholdCurveTests
{
    private static readonly Lazy<(CheckpointSequence Run, ReservoirAnalysis Analysis)> s_run = new(() =>
    {
        var run = FlowRecording.Of(FlowPath.Straight(10, 6, 1, 8, 0.05, 31), [0, 0.3, 1, 3, 9], stepsPerInterval: 200).Jacobians();
        return (run, Analyze.Reservoir(run, TestRuns.Options with { Threshold = 0.02 }));
    });

    [Fact]
    public void TheGridIsLogarithmicAndHoldsTheChosenThreshold()
    {
        var grid = ThresholdCurveBuilder.Grid(0.02);
        Assert.Equal((1e-8, 0.5), (grid[0], grid[^1]));
        Assert.Contains(0.02, grid);
        Assert.Equal(grid.Order(), grid);
        for (int i = 1; i < grid.Count; i++) Check.Between(grid[i] / grid[i - 1], 1.00001, 1.7783, "ratio of neighbours");
        Assert.Equal(grid.Count - 1, ThresholdCurveBuilder.Grid(1e-3).Count);
        Assert.Contains(1e-12, ThresholdCurveBuilder.Grid(1e-12));
    }

    [Fact]
    public void EveryPointIsWhatAnAnalysisThereSays()
    {
        var (run, analysis) = s_run.Value;
        var curve = analysis.Inclusion.ThresholdCurve;
        Check.AtLeast(curve.Select(p => p.Verdict).Distinct().Count(), 2, "verdicts along the curve, without which nothing is tested");
        Check.AtLeast(curve.Select(p => p.SignalDimension).Distinct().Count(), 4, "signal dimensions along the curve");
        foreach (var point in curve.Where((_, i) => i % 5 == 0))
        {
            var there = Analyze.Reservoir(run, TestRuns.Options with { Threshold = point.Threshold });
            Assert.Equal((there.Spectrum.SignalDimension.Value, there.Spectrum.ReservoirDimension.Value), (point.SignalDimension, point.ReservoirDimension));
            Assert.Equal(there.Inclusion.Verdict, point.Verdict);
            Check.Close(point.RelativeErrorSignalOnly, there.Inclusion.Empirical.RelativeErrorSignalOnly.Value, 1e-9,
                $"signal-only error at {point.Threshold:G3}");
        }
    }

    [Fact]
    public void ErrorsAndResponsesAreThoseOfTheOperators()
    {
        var (run, analysis) = s_run.Value;
        var o = analysis.Operators.Value;
        Vector<double> Read(int k, string name) => Vector<double>.Build.Dense(run[k][name].ReadAll());
        var moved = Read(run.Count - 1, "U_Q") - Read(0, "U_Q");
        var g = (Read(0, "U_S") - Vector<double>.Build.Dense(run.Loss.Targets.ToArray())) / run.Train;
        foreach (var point in analysis.Inclusion.ThresholdCurve)
        {
            var signal = o.Eigenvectors.SubMatrix(0, 10, 0, Math.Max(point.SignalDimension, 1)) * (point.SignalDimension > 0 ? 1 : 0);
            double error = (moved + o.G_Q * (signal * (signal.Transpose() * g))).L2Norm() / moved.L2Norm();
            Check.Small(Math.Abs(error - point.RelativeErrorSignalOnly!.Value), 2e-15, $"signal-only error at {point.Threshold:G3}, difference");
            double worst = point.ReservoirDimension == 0 ? 0 : Enumerable.Range(point.SignalDimension, point.ReservoirDimension)
                .Max(j => (o.G_Q * o.Eigenvectors.Column(j)).L2Norm());
            Check.Small(Math.Abs(worst - point.WorstReservoirResponse), 1e-14, $"largest response at {point.Threshold:G3}");
        }
        Check.Close(analysis.Inclusion.ThresholdCurve.Single(p => p.Threshold == 0.02)
            .RelativeErrorSignalOnly, analysis.Inclusion.Empirical.RelativeErrorSignalOnly.Value, 1e-14, "the chosen threshold");
    }

    /// <summary>J_S has 8 columns for 10 outputs: a kernel of dimension two at least, which the spectrum shows.</summary>
    [Fact]
    public void TheNumericalNullSpaceIsThatOfTooFewParameters()
    {
        var kernel = s_run.Value.Analysis.Inclusion.NullSpace!;
        // J(t) = A + tC turns: what one moment leaves out the next one holds.
        Assert.Equal(0, kernel.Dimension);
        var still = FlowRecording.Of(FlowPath.Straight(10, 6, 1, 8, 0, 31), [0, 1, 3], stepsPerInterval: 100).Jacobians();
        kernel = Analyze.Reservoir(still, TestRuns.Options).Inclusion.NullSpace!;
        Assert.Equal((2, true), (kernel.Dimension, kernel.IsClear));
    }
}
