using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>R11: the memory of the steps against the optimizer's stated constants.</summary>
public class OptimizerConstantTests
{
    private static ClaimResult Check(CheckpointSequence run) => RecordedLossTests.Check(run, "R11");

    private static RecordingOptions Options(OptimizerKind optimizer, int seed) => new()
    {
        Train = 12, Test = 4, Layers = [LayerSpec.Dense(8)], Activation = (ActivationKind)(seed % 3), Steps = 30, Schedule = CheckpointSchedule.EveryStep,
        Optimizer = optimizer, LearningRate = optimizer == OptimizerKind.Adam ? 0.003 : 0.05, Seed = seed,
    };

    private static CheckpointSequence As(CheckpointSequence run, Optimizer optimizer) => new(run, run.Loss) { Optimizer = optimizer };

    [Theory]
    [InlineData(OptimizerKind.GradientDescent, 1)]
    [InlineData(OptimizerKind.Momentum, 2)]
    [InlineData(OptimizerKind.Momentum, 3)]
    [InlineData(OptimizerKind.Adam, 4)]
    [InlineData(OptimizerKind.Adam, 5)]
    public void TheStatedConstantsHold(OptimizerKind optimizer, int seed)
    {
        var claim = Check(SmallNetworks.Record(Options(optimizer, seed)));
        Assert.True(claim.Verdict == Verdict.Holds, $"{claim.Verdict}: {claim.Reason}");
    }

    /// <summary>Nesterov's step, dampening, minibatches and decay are in the prediction.</summary>
    [Fact]
    public void VariantsOfMomentumHold()
    {
        foreach (var options in (RecordingOptions[])[
            Options(OptimizerKind.Momentum, 6) with { Nesterov = true }, Options(OptimizerKind.Momentum, 7) with { Dampening = 0.5 },
            Options(OptimizerKind.Momentum, 8) with { Batch = 4 }, Options(OptimizerKind.Momentum, 9) with { WeightDecay = 0.02 },
            Options(OptimizerKind.Adam, 10) with { WeightDecay = 0.02, Decoupled = true }])
        {
            var claim = Check(SmallNetworks.Record(options));
            Assert.True(claim.Verdict == Verdict.Holds, $"{options}: {claim.Verdict}: {claim.Reason}");
        }
    }

    [Fact]
    public void AnotherCoefficientIsViolatedAndTheRightOneNamed()
    {
        CheckpointSequence momentum = SmallNetworks.Record(Options(OptimizerKind.Momentum, 11)), adam = SmallNetworks.Record(Options(OptimizerKind.Adam, 12));
        foreach (var (run, key) in ((CheckpointSequence, string)[])[
            (As(momentum, new Momentum(0.05, 0.8)), "momentum"), (As(momentum, new GradientDescent(0.05)), "momentum"),
            (As(adam, new Adam(0.003, 0.8, 0.999, 1e-8)), "beta1")])
        {
            var claim = Check(run);
            Assert.True(claim.Verdict == Verdict.Violated, $"{claim.Verdict}: {claim.Reason}");
            Assert.InRange(claim.Figure("found")!.Value, 0.88, 0.92);
            Assert.Contains($"and {key} 0.9", claim.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void SparseRecordingsAndKernelBlocksHaveNone()
    {
        Assert.Equal(Verdict.NotApplicable, Check(SmallNetworks.Record(RecordedLossTests.Small())).Verdict);
        Assert.Equal(Verdict.NotApplicable, Check(SmallNetworks.Record(RecordedLossTests.Small() with { Kernels = true })).Verdict);
    }
}
