using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Operators.Tests;

/// <summary>Numbers that cannot be those of a run are refused, by a message that names tensor, place, what was found and what was expected.</summary>
public class ContentCheckTests
{
    private static string Refusal(CheckpointSequence run) =>
        Assert.Throws<InvalidRunException>(() => TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed)).Message;

    private static CheckpointSequence Blocks(Action<Matrix<double>, int> change, bool float32 = false, string name = "K_SS", int rows = 4)
    {
        var run = new SyntheticRun(n: 4, m: 2, p: 1, D: 9, count: 3, seed: 1, float32);
        var blocks = run.Blocks(testKernel: true, cross: false);
        return new CheckpointSequence(blocks.Select((c, k) =>
        {
            var matrix = Matrix<double>.Build.DenseOfRowMajor(rows, rows, c[name].ReadAll());
            change(matrix, k);
            return c with { Tensors = new Dictionary<string, TensorSource>(c.Tensors) { [name] = run.Tensor(name, matrix) } };
        }), blocks.Loss);
    }

    [Fact]
    public void AsymmetricTrainKernel()
    {
        string message = Refusal(Blocks((K, k) => { if (k == 2) (K[1, 3], K[3, 1]) = (0.5, 0.25); }));
        Assert.StartsWith("memory: K_SS: not symmetric: found 0.25 at [3, 1] and 0.5 at [1, 3], expected equal to ", message);
    }

    [Fact]
    public void AsymmetryOfRoundingSizeIsAccepted()
    {
        var run = Blocks((K, k) => K[1, 3] *= 1 + 1e-7, float32: true);
        TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed);
        Assert.Contains("K_SS: not symmetric", Refusal(Blocks((K, k) => K[1, 3] *= 1 + 1e-7)));
    }

    [Fact]
    public void AsymmetricTestKernel() =>
        Assert.StartsWith("memory: K_QQ: not symmetric: found 3 at [1, 0] and 2 at [0, 1], expected",
            Refusal(Blocks((K, k) => (K[0, 1], K[1, 0]) = (2, 3), name: "K_QQ", rows: 2)));

    [Fact]
    public void IndefiniteTrainKernel()
    {
        string message = Refusal(Blocks((K, k) =>
        {
            K.Clear();
            K.SetDiagonal(k == 1 ? [1.0, 2, -0.125, 4] : [1.0, 2, 3, 4]);
        }));
        Assert.StartsWith("memory: K_SS: not positive semidefinite: found smallest eigenvalue -0.125 (largest 4), expected at least -", message);
    }

    [Fact]
    public void IndefiniteByRoundingIsAccepted()
    {
        var run = Blocks((K, k) => { K.Clear(); K.SetDiagonal([1.0, 2, -1e-7, 4]); }, float32: true);
        TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed);
        Assert.Contains("not positive semidefinite", Refusal(Blocks((K, k) => { K.Clear(); K.SetDiagonal([1.0, 2, -1e-7, 4]); })));
    }

    [Fact]
    public void SingularAndZeroKernelsAreAccepted()
    {
        foreach (double[] diagonal in (double[][])[[0, 0, 0, 0], [1, 0, 0, 0]])
        {
            var run = Blocks((K, k) => { K.Clear(); K.SetDiagonal(diagonal); });
            TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed);
        }
    }

    [Theory]
    [InlineData("J_S", 2, 7, double.NaN, "memory: J_S: found NaN at index [2, 7], expected finite numbers.")]
    [InlineData("J_Q", 1, 0, double.NegativeInfinity, "memory: J_Q: found -infinity at index [1, 0], expected finite numbers.")]
    [InlineData("J_S", 0, 8, double.PositiveInfinity, "memory: J_S: found infinity at index [0, 8], expected finite numbers.")]
    public void JacobiansThatAreNotFinite(string name, int row, int column, double value, string message)
    {
        var run = new SyntheticRun(n: 4, m: 2, p: 1, D: 9, count: 3, seed: 2);
        (name == "J_S" ? run.J_S : run.J_Q)[1][row, column] = value;
        Assert.Equal(message, Refusal(run.Jacobians()));
    }

    [Fact]
    public void KernelsThatAreNotFinite() => Assert.Equal("memory: K_SS: found NaN at index [0, 2], expected finite numbers.",
        Refusal(Blocks((K, k) => K[0, 2] = double.NaN)));

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
