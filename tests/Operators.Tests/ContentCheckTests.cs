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
}
