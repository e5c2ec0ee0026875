using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>R1: recorded losses against the loss of the recorded outputs.</summary>
public class RecordedLossTests
{
    internal static ClaimResult Check(CheckpointSequence run, string id = "R1") =>
        RecordingChecks.Run(run, TestRuns.Managed).Single(c => c.Id == id);

    internal static RecordingOptions Small(LossKind loss = LossKind.Squared, int n = 10, int steps = 60) => new()
    {
        Train = n, Test = 4, Outputs = loss == LossKind.SoftmaxCrossEntropy ? 3 : 1, Loss = loss, Layers = [LayerSpec.Dense(6)], Steps = steps, Checkpoints = 8,
        LearningRate = 0.3,
    };

    /// <summary>The run with every loss as a function of the derived one and the checkpoint.</summary>
    private static CheckpointSequence WithLoss(CheckpointSequence run, Func<int, double, double> loss) =>
        SmallNetworks.Edit(run, (k, t) => t.Name == "loss" ? new MemoryTensor("loss", [loss(k, run.Loss.Value(run[k]["U_S"].ReadAll()))], 1) : t);

    private static TensorSource Float32(TensorSource t) => new MemoryTensor(t.Name, t.ReadAll().Select(v => (float)v).ToArray(), [.. t.Shape]);

    [Theory]
    [InlineData(LossKind.Squared, 10)]
    [InlineData(LossKind.Squared, 1)]
    [InlineData(LossKind.SoftmaxCrossEntropy, 10)]
    [InlineData(LossKind.SoftmaxCrossEntropy, 1)]
    [InlineData(LossKind.Logistic, 10)]
    public void HonestLossesHoldInFloat64AndInFloat32(LossKind kind, int n)
    {
        var run = SmallNetworks.Record(Small(kind, n));
        foreach (var recorded in (CheckpointSequence[])[run, SmallNetworks.Edit(run, (_, t) => t.Name is "U_S" or "loss" ? Float32(t) : t)])
        {
            var claim = Check(recorded);
            Assert.True(claim.Verdict == Verdict.Holds, $"{claim.Verdict}: {claim.Reason}");
            Assert.InRange(claim.Figure("ratio")!.Value, 1 - 1e-4, 1 + 1e-4);
        }
    }

    /// <summary>bfloat16 outputs carry 4e-3 of themselves: the loss of the true outputs is not that of the stored ones, which is no contradiction.</summary>
    [Fact]
    public void OutputsStoredInBfloat16Hold()
    {
        var run = SmallNetworks.Record(Small(n: 20));
        var stored = SmallNetworks.Edit(run, (_, t) => t.Name == "U_S" ? new StreamedTensor("U_S", StorageType.BFloat16, t.Shape, (first, target) =>
        {
            t.Read(first, target);
            for (int i = 0; i < target.Length; i++)
                target[i] = BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits((float)target[i]) + 0x8000) & ~0xffff);
        }) : t.Name == "g" ? null : t);
        var claim = Check(stored);
        Assert.True(claim.Verdict is Verdict.Holds, $"{claim.Verdict}: {claim.Reason}");
    }

    /// <summary>A loss of 1e-12 beside outputs of size 1: rounding of a float32 pass is as large, which decides nothing and contradicts nothing.</summary>
    [Fact]
    public void AConvergedRunIsNotViolated()
    {
        var run = SmallNetworks.Record(Small(n: 2, steps: 4000));
        var late = SmallNetworks.Edit(run.Subset([run.Count - 2, run.Count - 1]), (_, t) => t.Name is "U_S" or "loss" ? Float32(t) : t);
        Assert.True(run.Loss.Value(run[^1]["U_S"].ReadAll()) < 1e-11, $"loss {run.Loss.Value(run[^1]["U_S"].ReadAll())}");
        Assert.NotEqual(Verdict.Violated, Check(late).Verdict);
        Assert.Equal(Verdict.Holds, Check(run).Verdict);
    }

    [Theory]
    [InlineData("sum", "the sum over examples, where the manifest says mean", 10)]
    [InlineData("no half", "the squared error without the factor 1/2", 2)]
    [InlineData("penalty", "it may hold a penalty", 0)]
    [InlineData("batch", "the loss of a batch", 0)]
    [InlineData("late", "that of the checkpoint before", 0)]
    public void ALossThatIsAnotherIsViolatedAndItsCauseNamed(string what, string cause, double ratio)
    {
        var run = SmallNetworks.Record(Small());
        double[] phi = [.. run.Select(c => run.Loss.Value(c["U_S"].ReadAll()))];
        var claim = Check(WithLoss(run, (k, value) => what switch
        {
            "sum" => 10 * value,
            "no half" => 2 * value,
            "penalty" => value + 0.02,
            "batch" => value * (k % 2 == 0 ? 1.2 : 0.85),
            _ => phi[Math.Max(0, k - 1)],
        }));
        Assert.True(claim.Verdict == Verdict.Violated, $"{claim.Verdict}: {claim.Reason}");
        Assert.Contains(cause, claim.Reason, StringComparison.Ordinal);
        if (ratio > 0) Assert.Equal(ratio, claim.Figure("ratio")!.Value, 1e-6);
        if (what == "penalty") Assert.Equal(0.02, claim.Figure("difference")!.Value, 1e-9);
    }

    [Fact]
    public void SmoothedLabelsAndAnotherLossAreNamed()
    {
        var run = SmallNetworks.Record(Small(LossKind.SoftmaxCrossEntropy));
        var smooth = run.Loss.WithTargets([.. run.Loss.Targets.ToArray().Select(y => 0.9 * y + 0.1 / 3)]);
        Assert.Contains("labels smoothed by 0.1", Check(WithLoss(run, (k, _) => smooth.Value(run[k]["U_S"].ReadAll()))).Reason, StringComparison.Ordinal);
        var squared = LossModel.Squared(run.Loss.Targets.ToArray(), 3);
        Assert.Contains("it is squared, where the manifest says softmax", Check(WithLoss(run, (k, _) => squared.Value(run[k]["U_S"].ReadAll()))).Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ShuffledLabelsAreViolated()
    {
        var run = SmallNetworks.Record(Small(n: 12));
        double[] y = run.Loss.Targets.ToArray();
        var shuffled = new CheckpointSequence(SmallNetworks.Edit(run, (_, t) => t.Name == "g" ? null : t), LossModel.Squared([.. y[5..], .. y[..5]], 1));
        Assert.Equal(Verdict.Violated, Check(shuffled).Verdict);
    }

    [Fact]
    public void WithoutALossOrAFormulaItDoesNotApply()
    {
        var run = SmallNetworks.Record(Small());
        var without = Check(SmallNetworks.Edit(run, (_, t) => t.Name == "loss" ? null : t));
        Assert.Equal((Verdict.NotApplicable, "no loss was recorded"), (without.Verdict, without.Reason));
    }
}
