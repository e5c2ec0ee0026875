using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>A run with random Jacobians, held as matrices too, so that every kernel can be formed the long way.</summary>
internal sealed class SyntheticRun
{
    private readonly int _p;

    public SyntheticRun(int n, int m, int p, int D, int count, int seed, bool float32 = false)
    {
        (_p, N, M) = (p, n * p, m * p);
        var random = new Random(seed);
        double time = 0;
        for (int k = 0; k < count; k++)
        {
            DenseMatrix S = RandomMatrices.Uniform(random, N, D), Q = RandomMatrices.Uniform(random, M, D);
            if (float32)
            {
                S.MapInplace(v => (float)v);
                Q.MapInplace(v => (float)v);
            }
            J_S.Add(S);
            J_Q.Add(Q);
            U_S.Add(RandomMatrices.Vector(random, N));
            Times.Add(time);
            time += 0.1 + random.NextDouble();
        }
        Targets = RandomMatrices.Vector(random, N);
        Float32 = float32;
    }

    public int N { get; }

    public int M { get; }

    public bool Float32 { get; }

    public List<Matrix<double>> J_S { get; } = [];

    public List<Matrix<double>> J_Q { get; } = [];

    public List<double[]> U_S { get; } = [];

    public List<double> Times { get; } = [];

    public double[] Targets { get; }

    /// <summary>J at θ between checkpoints a and b, rows of S over rows of Q.</summary>
    public Matrix<double> Joint(int a, int b, double theta) => (1 - theta) * J_S[a].Stack(J_Q[a]) + theta * J_S[b].Stack(J_Q[b]);

    public CheckpointSequence Jacobians(params Func<int, TensorSource>[] more) =>
        Sequence(k => [Tensor("J_S", J_S[k]), Tensor("J_Q", J_Q[k]), .. more.Select(make => make(k))]);

    /// <summary>The same run as kernel blocks.</summary>
    public CheckpointSequence Blocks(bool testKernel, bool cross, bool testCross = true) => Sequence(k =>
    {
        List<TensorSource> tensors = [Tensor("K_SS", J_S[k] * J_S[k].Transpose()), Tensor("K_QS", J_Q[k] * J_S[k].Transpose())];
        if (testKernel) tensors.Add(Tensor("K_QQ", J_Q[k] * J_Q[k].Transpose()));
        if (!cross || k + 1 == J_S.Count) return tensors;
        tensors.Add(Tensor("K_SS_next", J_S[k + 1] * J_S[k].Transpose()));
        tensors.Add(Tensor("K_QS_next", J_Q[k + 1] * J_S[k].Transpose()));
        tensors.Add(Tensor("K_SQ_next", J_S[k + 1] * J_Q[k].Transpose()));
        if (testKernel && testCross) tensors.Add(Tensor("K_QQ_next", J_Q[k + 1] * J_Q[k].Transpose()));
        return tensors;
    });

    public CheckpointSequence Sequence(Func<int, IEnumerable<TensorSource>> tensors) =>
        new(Times.Select((time, k) => new Checkpoint(time, k,
            [new MemoryTensor("U_S", U_S[k], N), new MemoryTensor("U_Q", new double[M], M), .. tensors(k)])), LossModel.Squared(Targets, _p));

    public TensorSource Tensor(string name, Matrix<double> matrix) => Float32
        ? new MemoryTensor(name, Array.ConvertAll(matrix.ToRowMajorArray(), v => (float)v), matrix.RowCount, matrix.ColumnCount)
        : MemoryTensor.FromMatrix(name, matrix);
}
