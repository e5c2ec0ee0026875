using KernelFlow.Numerics;
using KernelFlow.Validation.EdgeOfStability;
using KernelFlow.Validation.Gate;
using KernelFlow.Validation.Relabelling;
using KernelFlow.Validation.Seeded;

namespace KernelFlow.Validation.Tests;

/// <summary>What the experiments with trainings of their own are made of.</summary>
public sealed class SeededTests
{
    private static readonly RecordingOptions s_small = new() { Train = 12, Test = 6, Layers = [LayerSpec.Dense(5)], Steps = 60, LearningRate = 0.1, Seed = 4 };

    [Fact]
    public void AnIntervalIsStudents()
    {
        // Three numbers with mean 2 and deviation 1: 4.303/√3 with two degrees of freedom.
        var interval = MeanInterval.Of([1, 2, 3]);
        Check.Close(interval.Mean, 2, 1e-15, "mean");
        Check.Close(interval.HalfWidth, 4.303 / Math.Sqrt(3), 1e-12, "half width");
        Assert.Equal(double.PositiveInfinity, MeanInterval.Of([1]).HalfWidth);
    }

    [Fact]
    public void TheSlopeIsThatOfTheLine() => Check.Close(Lines.Slope([0, 1, 3], [1, 1.5, 2.5]), 0.5, 1e-14, "slope of a line");

    /// <summary>The training of one's own is the recorder's where nothing is changed, and its single gradients have the recorder's gradient as their
    /// mean.</summary>
    [Theory]
    [InlineData(OptimizerKind.GradientDescent)]
    [InlineData(OptimizerKind.Momentum)]
    public void OwnTrainingIsTheRecorders(OptimizerKind optimizer)
    {
        var options = s_small with { Optimizer = optimizer, DType = StorageType.Float64, Factors = FactorRecording.Never };
        var run = Recorder.InMemory(options, Backend.Managed(1));
        var own = new OwnTraining(options, Backend.Managed(1));
        double[] J = run[0][TensorName.J_S].ReadAll(), g = run[0][TensorName.g].ReadAll(), rows = own.ExampleGradients();
        int D = own.W.Length;
        for (int k = 0; k < D; k++)
        {
            double expected = Enumerable.Range(0, 12).Sum(i => J[i * D + k] * g[i]), mean = Enumerable.Range(0, 12).Average(i => rows[i * D + k]);
            Check.Small(Math.Abs(mean - expected), 1e-14, $"gradient of parameter {k}");
        }
        for (int k = 0; k < options.Steps; k++) own.Step(options.LearningRate);
        Check.CloseEntries(own.TestOutputs(), run[^1][TensorName.U_Q].ReadAll(), 1e-12, "test outputs at the end");
    }

    [Fact]
    public void CopiesMayExchangeTheirLabelsAndOthersMayNot()
    {
        var options = s_small with { Duplicates = 2, Steps = 120 };
        var outcome = RelabellingRun.Of("small", options, 4, quick: true, Backend.Managed(1), default);
        Check.Small(Math.Max(outcome.Planted.Outputs, outcome.Planted.Parameters), 1e-12, "difference of the paths, copies");
        Check.Between(outcome.Control.Outputs, 1e-2, 100, "difference of the paths, two inputs");
    }

    /// <summary>At a learning rate far below the edge the flow holds, and the kernel of the start is seen on recorded steps.</summary>
    [Fact]
    public void TheControlOfTheEdgeIsSeen()
    {
        var (name, options) = EdgeRun.All[0];
        var outcome = EdgeRun.Of(name, options with { Steps = 160 }, 1.2, 3, quick: true, Backend.Managed(1), default)!;
        Check.Small(EdgeOutcome.Error(outcome.Steps), 1e-4, "error of C4 on recorded steps");
        Assert.True(EdgeOutcome.Error(outcome.Frozen) > 100 * EdgeOutcome.Error(outcome.Steps), $"kernel of the start: error "
            + $"{EdgeOutcome.Error(outcome.Frozen)}");
    }

    /// <summary>So few steps that nothing groks: said so, and no verdict about the theory.</summary>
    [Fact]
    public void NothingThatGroksIsUndecided()
    {
        var report = Experiments.All.Single(e => e.Id == "grokking").Run(new ExperimentOptions { Quick = true, Backend = Backend.Managed(2) });
        Assert.True(report.Verdict == Verdict.Undecided, $"{report.Verdict}: {report.Conclusion}");
        Assert.Contains("Nothing groks", report.Conclusion);
    }

    [Fact]
    public void AccuracyCountsTheLargestOutputOrTheSign()
    {
        Check.Close(GateRun.Accuracy([0.1, 0.9, 0.8, 0.3], [0, 1, 0, 1], 2), 0.5, 1e-15, "two classes");
        Check.Close(GateRun.Accuracy([0.1, -2, 3], [1, -1, -1], 1), 2.0 / 3, 1e-15, "signs");
    }
}
