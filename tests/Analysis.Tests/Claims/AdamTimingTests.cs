using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>R4: the step that a recorded preconditioner belongs to.</summary>
public class AdamTimingTests
{
    private static ClaimResult Check(CheckpointSequence run) => RecordedLossTests.Check(run, "R4");

    private static RecordingOptions Options(int seed, ActivationKind activation = ActivationKind.Tanh, LossKind loss = LossKind.Squared) => new()
    {
        Train = 12, Test = 4, Outputs = loss == LossKind.SoftmaxCrossEntropy ? 3 : 1, Loss = loss, Activation = activation, Layers = [LayerSpec.Dense(8)],
        Steps = 40, Schedule = CheckpointSchedule.EveryStep, Optimizer = OptimizerKind.Adam, LearningRate = 0.003, Seed = seed,
    };

    // What the optimizer's state holds before a step is the v of the step before; before the first there is none, and recorders take its own.
    private static CheckpointSequence OneStepOff(CheckpointSequence run) =>
        SmallNetworks.Edit(run, (k, t) => t.Name == "preconditioner" ? run[Math.Max(0, k - 1)]["preconditioner"] : t);

    [Theory]
    [InlineData(1, ActivationKind.Tanh, LossKind.Squared, 0.003)]
    [InlineData(2, ActivationKind.Relu, LossKind.Squared, 0.003)]
    [InlineData(3, ActivationKind.Gelu, LossKind.SoftmaxCrossEntropy, 0.003)]
    [InlineData(4, ActivationKind.Relu, LossKind.SoftmaxCrossEntropy, 0.001)]
    [InlineData(5, ActivationKind.Tanh, LossKind.Squared, 0.0003)]
    public void TheStepIsFound(int seed, ActivationKind activation, LossKind loss, double rate)
    {
        var run = SmallNetworks.Record(Options(seed, activation, loss) with { LearningRate = rate });
        var honest = Check(run);
        Assert.True(honest.Verdict == Verdict.Holds, $"{honest.Verdict}: {honest.Reason}");
        var off = Check(OneStepOff(run));
        Assert.True(off.Verdict == Verdict.Violated, $"{off.Verdict}: {off.Reason}");
        Assert.Contains("that of the step before", off.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherOptimizersAndSparseRecordingsHaveNone()
    {
        Assert.Equal(Verdict.NotApplicable, Check(SmallNetworks.Record(SmallNetworks.Parity with { Steps = 20 })).Verdict);
        var sparse = SmallNetworks.Record(Options(1) with { Schedule = CheckpointSchedule.Uniform, Checkpoints = 5 });
        Assert.Equal(Verdict.NotApplicable, Check(sparse).Verdict);
    }
}
