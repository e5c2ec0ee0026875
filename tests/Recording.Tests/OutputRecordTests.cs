using KernelFlow.Operators.Tests;

namespace KernelFlow.Recording.Tests;

/// <summary>What is read in output space, and what of it contradicts the loss or cannot be the Hessian of one.</summary>
public class OutputRecordTests
{
    private static string Refusal(CheckpointSequence run) => Assert.Throws<InvalidRunException>(() => OutputRecord.Read(run)).Message;

    private static CheckpointSequence WithGradient(double[] g, bool sum = false)
    {
        var run = new SyntheticRun(n: 2, m: 2, p: 2, D: 9, count: 2, seed: 3);
        double[] u = [1, 2, 3, 4];
        run.U_S[0] = run.U_S[1] = u;
        return new CheckpointSequence(run.Jacobians(_ => new MemoryTensor("g", g, 2, 2)), LossModel.Squared([0, 0, 1, 1], 2, sum));
    }

    [Fact]
    public void GradientThatContradictsTheLoss()
    {
        OutputRecord.Read(WithGradient([0.5, 1, 1, 1.5]));
        Assert.StartsWith("memory: g: found 1.25 at index [1, 0], expected 1 from loss squared and targets (tolerance ",
            Refusal(WithGradient([0.5, 1, 1.25, 1.5])));
        Assert.Contains("found 0.5 at index [0, 0], expected 1 from loss squared", Refusal(WithGradient([0.5, 1, 1, 1.5], sum: true)));
        OutputRecord.Read(WithGradient([0.5 + 1e-6, 1, 1, 1.5])); // a recorder that computes in float32
    }

    /// <summary>A g that is wrong by a factor of 2 is refused in whatever units outputs and targets are, and one that is right to float32 is read.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1e-6)]
    [InlineData(1e9)]
    [InlineData(1e-150)]
    public void GradientIsCheckedInItsOwnUnits(double unit)
    {
        CheckpointSequence Run(double factor)
        {
            var run = new SyntheticRun(n: 2, m: 2, p: 2, D: 9, count: 2, seed: 3);
            run.U_S[0] = run.U_S[1] = [unit, 2 * unit, 3 * unit, 4 * unit];
            double[] g = [.. new[] { 0.5, 1, 1, 1.5 }.Select(v => factor * unit * v)];
            return new CheckpointSequence(run.Jacobians(_ => new MemoryTensor("g", g, 2, 2)), LossModel.Squared([0, 0, unit, unit], 2, false));
        }
        Assert.Contains("expected", Refusal(Run(2)), StringComparison.Ordinal);
        OutputRecord.Read(Run(1 + 1e-6));
    }

    private static CheckpointSequence Custom(double[] B)
    {
        var run = new SyntheticRun(n: 2, m: 2, p: 2, D: 9, count: 2, seed: 4);
        return new CheckpointSequence(run.Jacobians(_ => new MemoryTensor("g", [1, 2, 3, 4], 2, 2), _ => new MemoryTensor("B", B, 2, 2, 2)),
            LossModel.Custom(2, 2));
    }

    [Fact]
    public void CustomHessianMustBeSymmetricPositiveSemidefinite()
    {
        Assert.Equal("memory: B: block 1 is not symmetric: found 0.25 at [1, 0] and 0.5 at [0, 1].", Refusal(Custom([1, 0, 0, 1, 1, 0.5, 0.25, 1])));
        Assert.Equal("memory: B: block 1 is not positive semidefinite, expected the Hessian of a convex loss.", Refusal(Custom([1, 0, 0, 1, 1, 2, 2, 1])));
        Assert.Equal("memory: B: block 0 is not positive semidefinite, expected the Hessian of a convex loss.", Refusal(Custom([0, 1, 1, 5, 1, 0, 0, 1])));
        Assert.Contains("block 0 is not positive semidefinite", Refusal(Custom([-1, 0, 0, 1, 1, 0, 0, 1])));
        var record = OutputRecord.Read(Custom([1, 1, 1, 1, 0, 0, 0, 3])); // singular blocks are fine
        Assert.Equal([1, 1, 1, 1, 0, 0, 0, 3], record.Hessians[1].Blocks);
        Assert.Equal([1, 2, 3, 4], record.Gradients[0]);
        Assert.Null(record.Losses[0]);
    }

    /// <summary>B of a saturated softmax is singular and tiny off the diagonal: recorded as custom it must pass.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(5.0)]
    [InlineData(18.0)]
    [InlineData(40.0)]
    public void CustomHessianOfASaturatedSoftmaxIsAccepted(double size)
    {
        var random = new Random(5);
        var loss = LossModel.SoftmaxCrossEntropy([1, 0, 0, 0, 0, 1, 0, 0], 4);
        var run = new SyntheticRun(n: 2, m: 2, p: 4, D: 9, count: 2, seed: 6);
        for (int trial = 0; trial < 100; trial++)
        {
            var B = new OutputHessian(2, 4);
            loss.Hessian(RandomMatrices.Vector(random, 8).Select(v => size * v).ToArray(), B);
            var custom = run.Jacobians(_ => new MemoryTensor("g", new double[8], 2, 4), _ => new MemoryTensor("B", B.Blocks, 2, 4, 4));
            OutputRecord.Read(new CheckpointSequence(custom, LossModel.Custom(2, 4)));
        }
    }

    [Fact]
    public void OutputsAreReadAndLossesPreferredFromTheFile()
    {
        var run = new SyntheticRun(n: 3, m: 2, p: 1, D: 9, count: 2, seed: 7);
        var recorded = OutputRecord.Read(run.Jacobians(k => new MemoryTensor("loss", [k + 0.5])));
        Assert.Equal([0.5, 1.5], recorded.Losses.Select(v => v!.Value));
        var derived = OutputRecord.Read(run.Jacobians());
        for (int k = 0; k < 2; k++)
        {
            double expected = run.U_S[k].Zip(run.Targets, (u, y) => (u - y) * (u - y)).Sum() / 6;
            Check.Small(Math.Abs(derived.Losses[k]!.Value - expected), 1e-15, "Φ");
            for (int i = 0; i < 3; i++) Check.Small(Math.Abs(derived.Gradients[k][i] - (run.U_S[k][i] - run.Targets[i]) / 3), 1e-15, "g");
        }
        Assert.Equal(run.Times, derived.Times);
        Assert.Equal(run.U_S[1], derived.TrainOutputs[1]);
        Assert.Equal(2, derived.TestOutputs[0].Length);
    }

    [Fact]
    public void OutputsThatAreNotFinite()
    {
        var run = new SyntheticRun(n: 3, m: 2, p: 1, D: 9, count: 2, seed: 8);
        run.U_S[1][2] = double.NaN;
        Assert.Equal("memory: U_S: found NaN at index [2], expected finite numbers.", Refusal(run.Jacobians()));
    }
}
