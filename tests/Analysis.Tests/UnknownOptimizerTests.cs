using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests;

/// <summary>A run whose optimizer nobody here knows is analysed as a flow, keeps what was said of it, and takes part in no recursion.</summary>
public class UnknownOptimizerTests
{
    private static readonly Optimizer _lion = new UnknownOptimizer("lion", 0.05, new NamedConstant("decay", 0.25));

    private static CheckpointSequence Run(RecordedRun run) => new(run.Checkpoints, run.Checkpoints.Loss) { Optimizer = _lion };

    [Fact]
    public void AutoIsFlowAndTheResultNamesIt()
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var analysis = Analyze.Reservoir(Run(run), TestRuns.Options with { Mode = AnalysisMode.Auto, IndependentCheck = false });
        Assert.Equal(AnalysisMode.Flow, analysis.Options.Mode);
        var optimizer = analysis.Run.Optimizer!;
        Assert.Equal(("lion", 0.05), (optimizer.Kind, optimizer.LearningRate));
        Assert.Equal([("decay", 0.25)], optimizer.Constants);
    }

    [Fact]
    public void DescentRefusesIt()
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        string message = Assert.Throws<ArgumentException>(() => Analyze.Reservoir(Run(run), TestRuns.Options with { Mode = AnalysisMode.Descent })).Message;
        Assert.Contains("the optimizer of this run is lion", message);
    }
}
