using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>R3: kernel blocks against what one pair of Jacobians allows.</summary>
public class JointKernelTests
{
    private static ClaimResult Check(CheckpointSequence run) => RecordedLossTests.Check(run, "R3");

    // D = 75 parameters against 64 outputs: the joint kernel is nearly singular, as it is of networks that are not wide.
    private static readonly RecordingOptions _options = new()
    {
        Train = 40, Test = 24, Layers = [LayerSpec.Dense(1)], Steps = 100, Checkpoints = 5, Kernels = true, LearningRate = 0.1,
    };

    private static CheckpointSequence KernelsAs(CheckpointSequence run, Func<double, double> round) =>
        SmallNetworks.Edit(run, (_, t) => t.Name.StartsWith("K_", StringComparison.Ordinal) ? SmallNetworks.Map(t, v => [.. v.Select(round)]) : t);

    private static void Verdicts(Verdict expected, ClaimResult claim) => Assert.True(expected == claim.Verdict, $"{claim.Verdict}: {claim.Reason}");

    [Fact]
    public void ProductsHoldInFloat64AndRoundedToFloat32AndToBfloat16()
    {
        var run = SmallNetworks.Record(_options);
        Verdicts(Verdict.Holds, Check(run));
        // Cast back to float64: the numbers themselves say that they were float32.
        Verdicts(Verdict.Holds, Check(KernelsAs(run, v => (float)v)));
        var half = SmallNetworks.Edit(run, (_, t) => !t.Name.StartsWith("K_", StringComparison.Ordinal) ? t : new StreamedTensor(t.Name, StorageType.BFloat16,
            t.Shape, (first, target) =>
            {
                t.Read(first, target);
                for (int i = 0; i < target.Length; i++)
                    target[i] = BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits((float)target[i]) + 0x8000) & ~0xffff);
            }));
        Verdicts(Verdict.Holds, Check(half));
    }

    [Theory]
    [InlineData(1.02)]
    [InlineData(1.05)]
    public void AScaledCrossKernelIsViolated(double factor)
    {
        var run = SmallNetworks.Record(_options);
        var claim = Check(SmallNetworks.Edit(run, (_, t) => t.Name == "K_QS" ? SmallNetworks.Map(t, v => [.. v.Select(x => factor * x)]) : t));
        Verdicts(Verdict.Violated, claim);
        Assert.InRange(claim.Figure("smallest")!.Value, -0.1, -1e-5);
        Assert.Equal(run.Count, claim.Figure("failing checkpoints"));
    }

    [Fact]
    public void TheCrossKernelOfAnotherNetworkIsViolated()
    {
        CheckpointSequence run = SmallNetworks.Record(_options), other = SmallNetworks.Record(_options with { Seed = 17 });
        Verdicts(Verdict.Violated, Check(SmallNetworks.Edit(run, (k, t) => t.Name == "K_QS" ? other[k]["K_QS"] : t)));
    }

    /// <summary>Products with an error of 1e-6 that are not numbers of float32: honest where product_epsilon says so.</summary>
    [Fact]
    public void ProductEpsilonIsTheRoundingOfTheProducts()
    {
        var run = SmallNetworks.Record(_options);
        var random = new Random(1);
        var rough = SmallNetworks.Edit(run, (_, t) => t.Name == "K_QS"
            ? SmallNetworks.Map(t, v => [.. v.Select(x => x * (1 + 1e-6 * (random.NextDouble() - 0.5)))]) : t);
        Verdicts(Verdict.Violated, Check(rough));
        var stated = new CheckpointSequence(rough.Select(c => new Checkpoint(c.Time, c.Step,
            [.. c.Tensors.Values, new MemoryTensor("product_epsilon", [1.2e-7], 1)])), rough.Loss);
        Verdicts(Verdict.Holds, Check(stated));
    }

    [Fact]
    public void WithoutATestKernelOrOfJacobiansItDoesNotApply()
    {
        var run = SmallNetworks.Record(_options);
        Verdicts(Verdict.NotApplicable, Check(SmallNetworks.Edit(run, (_, t) => t.Name == "K_QQ" ? null : t)));
        Verdicts(Verdict.NotApplicable, Check(SmallNetworks.Record(_options with { Kernels = false })));
    }
}
