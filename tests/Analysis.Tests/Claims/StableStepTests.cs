using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>R12: steps that rounding alone would have blown up were not taken.</summary>
public class StableStepTests
{
    private static readonly RecordingOptions s_run = new()
    {
        Train = 20, Test = 8, Layers = [LayerSpec.Dense(12)], Steps = 160, Checkpoints = 24, LearningRate = 0.3, Seed = 3,
    };

    private static ClaimResult StableSteps(CheckpointSequence run, AnalysisMode mode = AnalysisMode.Flow) =>
        Analyze.Reservoir(run, TestRuns.Options with { Mode = mode }).Claim(WellKnownClaims.StableSteps);

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    public void AnHonestTrainingHolds(double rate)
    {
        var claim = StableSteps(SmallNetworks.Record(s_run with { LearningRate = rate }));
        Assert.True(claim.Verdict == Verdict.Holds, $"{claim.Verdict}: {claim.Reason}");
        // Even past the edge of stability few steps exceed z = 4: nothing comes near the limit of 60.
        Check.Small(claim.RelativeError.Value, 6, "logarithm of the growth");
    }

    /// <summary>A sum taken for a mean multiplies B and g by n = 20: steps of z = 8 and more.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AWrongReductionIsViolated(bool kernels)
    {
        var honest = SmallNetworks.Record(s_run with { Kernels = kernels });
        double z = StableSteps(honest).Figure("largest z")!.Value;
        Check.Between(z, 0.2, 1.9, "z of the honest training");
        var claim = StableSteps(Mutations.Apply("loss: sum for mean", honest, () => honest)!);
        Assert.True(claim.Verdict == Verdict.Violated, $"{claim.Verdict}: {claim.Reason}");
    }
}
