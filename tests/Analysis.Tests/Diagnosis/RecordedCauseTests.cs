using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;

namespace KernelFlow.Analysis.Tests.Diagnosis;

/// <summary>What is put into a recording comes back as its likely cause.</summary>
public class RecordedCauseTests
{
    private static readonly RecordingOptions _small = new()
    {
        Train = 10, Test = 6, Layers = [LayerSpec.Dense(6)], Steps = 60, Schedule = CheckpointSchedule.Uniform, Checkpoints = 21, LearningRate = 0.3,
    };

    private static IReadOnlyList<LikelyCause> Causes(CheckpointSequence run) =>
        Analyze.Reservoir(run, TestRuns.Options with { IndependentCheck = false }).LikelyCauses;

    private static void First(string expected, CheckpointSequence run)
    {
        var causes = Causes(run);
        Assert.True(causes.Count > 0 && causes[0].Cause.StartsWith(expected, StringComparison.Ordinal),
            $"expected {expected}, found {string.Join("; ", causes.Select(c => $"{c.Cause} [{c.Evidence}]"))}");
    }

    private static CheckpointSequence Times(CheckpointSequence run, string tensor, double factor) =>
        SmallNetworks.Edit(run, (_, t) => t.Name == tensor ? SmallNetworks.Map(t, v => [.. v.Select(x => factor * x)]) : t);

    /// <summary>Whatever is said of an honest recording is advice about its budget.</summary>
    [Theory]
    [InlineData(21)]
    [InlineData(4)]
    public void NothingIsHeldAgainstAnHonestRecording(int checkpoints)
    {
        foreach (var cause in Causes(SmallNetworks.Record(_small with { Checkpoints = checkpoints })))
            Assert.True(cause.Evidence.EndsWith("undecided", StringComparison.Ordinal), $"{checkpoints} checkpoints: {cause}");
    }

    [Fact]
    public void ALossWithoutItsHalf() => First("The recorded loss is Φ times a constant", Times(SmallNetworks.Record(_small), "loss", 2));

    [Fact]
    public void AScaledCrossKernel() => First("The kernel blocks do not come from one network", Times(SmallNetworks.Record(_small with
    {
        Train = 40, Test = 24, Layers = [LayerSpec.Dense(1)], Checkpoints = 5, Kernels = true,
    }), "K_QS", 1.05));

    [Fact]
    public void ADeclaredSetting()
    {
        var run = SmallNetworks.Record(_small);
        First("The training is not in the setting of the theory", new CheckpointSequence(run, run.Loss) { Optimizer = run.Optimizer, Setting = ["dropout"] });
    }
}
