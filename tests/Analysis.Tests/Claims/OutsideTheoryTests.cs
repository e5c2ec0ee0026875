using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>A training that declares what the theory does not cover.</summary>
public class OutsideTheoryTests
{
    private static readonly CheckpointSequence _run = SmallNetworks.Record(RecordedLossTests.Small());

    private static CheckpointSequence With(Optimizer? optimizer = null, string[]? setting = null, NamedConstant[]? constants = null) =>
        new(_run, _run.Loss) { Optimizer = optimizer ?? _run.Optimizer, Setting = setting ?? [], UnknownConstants = constants ?? [] };

    public static TheoryData<string, CheckpointSequence> Outside => new()
    {
        { "batch-norm, dropout", With(setting: ["batch-norm", "dropout"]) },
        { "the optimizer lion, whose steps are not known", With(new UnknownOptimizer("lion", 0.3)) },
        { "optimizer.amsgrad = 1, which is not known", With(constants: [new NamedConstant("amsgrad", 1)]) },
        { "weight decay of 0.01 (optimizer.weightDecay)", With(constants: [new NamedConstant("weightDecay", 0.01)]) },
    };

    [Theory]
    [MemberData(nameof(Outside), DisableDiscoveryEnumeration = true)]
    public void DataClaimsDoNotApply(string reason, CheckpointSequence run)
    {
        var analysis = Analyze.Reservoir(run, TestRuns.Options with { IndependentCheck = false });
        Assert.Equal(reason, analysis.OutsideTheory);
        foreach (string id in (string[])["C1", "C2", "C3", "C4", "C8"])
        {
            var claim = analysis.Claim(id);
            Assert.True(claim.Verdict == Verdict.NotApplicable, $"{id}: {claim.Verdict}");
            Assert.Equal($"not the theory's setting: {reason}", claim.Reason);
        }
        Assert.Null(Analyze.Reservoir(_run, TestRuns.Options with { IndependentCheck = false }).OutsideTheory);
    }

    /// <summary>Kernel blocks of a run say what the run said.</summary>
    [Fact]
    public void ConvertedRunsKeepWhatWasDeclared()
    {
        string folder = Directory.CreateTempSubdirectory("outside").FullName;
        try
        {
            var schedule = RateSchedule.Constant(0.3, [.. _run.Select(c => c.Step)]);
            var run = new CheckpointSequence(_run, _run.Loss)
            {
                Optimizer = _run.Optimizer, Setting = ["dropout"], UnknownConstants = [new NamedConstant("clip", 0.5)], Schedule = schedule,
            };
            KernelBlocks.Convert(run, folder, TestRuns.Managed);
            using var converted = RecordedRun.Open(folder);
            Assert.Equal(["dropout"], converted.Checkpoints.Setting);
            Assert.Equal([new NamedConstant("clip", 0.5)], converted.Checkpoints.UnknownConstants);
            var found = converted.Checkpoints.Schedule!.Lengths;
            Assert.All(schedule.Lengths.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
