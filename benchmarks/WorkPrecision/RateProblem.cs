using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.WorkPrecision;

/// <summary>A trajectory of chosen size between two made-up checkpoints, through the same interpolant that recorded runs use.</summary>
internal static class RateProblem
{
    /// <param name="N">Training outputs.</param>
    /// <param name="kind">scalar: B = βI, no slow mode, so that W and G_S follow from P; slow: B = βI with slow modes, W and G_S summed over nodes;
    /// blocks: softmax, ten outputs.</param>
    /// <param name="backend">Forms the kernels.</param>
    public static KernelTrajectory Make(int N, string kind, Backend backend)
    {
        int M = N / 5, p = kind == "blocks" ? 10 : 1, n = N / p;
        var random = new Random(1);
        // λ(K) from 1 down to 1e-2, or to 1e-9 with slow modes; λ_max(BK)(T − s) = 3, a few steps.
        double lowest = kind == "slow" ? 1e-9 : 1e-2, end = 3.0 * (p == 1 ? n : 10 * n);
        var checkpoints = new[] { 0.0, 1.0 }.Select(share =>
        {
            var joint = Joint(N, M, lowest, share, backend);
            double[] u = Enumerable.Range(0, N).Select(_ => random.NextDouble()).ToArray(), v = Enumerable.Range(0, M).Select(_ => random.NextDouble())
                .ToArray();
            var (K_SS, K_QS) = (joint.SubMatrix(0, N, 0, N), joint.SubMatrix(N, M, 0, N));
            return new Checkpoint(share * end, (long)share, MemoryTensor.FromMatrix("K_SS", K_SS), MemoryTensor.FromMatrix("K_QS", K_QS),
                new MemoryTensor("U_S", u, n, p), new MemoryTensor("U_Q", v, M / p, p));
        }).ToArray();
        double[] y = Enumerable.Range(0, N).Select(i => p == 1 ? random.NextDouble() : i % p == i / p % p ? 1.0 : 0.0).ToArray();
        var run = new CheckpointSequence(checkpoints, p == 1 ? LossModel.Squared(y, 1) : LossModel.SoftmaxCrossEntropy(y, p));
        return TrajectoryBuilder.Read(run, OutputRecord.Read(run), backend).Linear([0, 1]);
    }

    // [X; Y] D [X; Y]ᵀ with D from 1 down to `lowest` evenly in the logarithm, X orthogonal; the planes of the upper half of its columns turn with `share`.
    private static DenseMatrix Joint(int N, int M, double lowest, double share, Backend backend)
    {
        var random = new Random(2);
        MatrixView basis = new DenseMatrix(N, N), triangle = new DenseMatrix(N, N), factor = new DenseMatrix(N + M, N);
        for (int i = 0; i < basis.Array.Length; i++) basis.Array[i] = random.NextDouble() - 0.5;
        backend.Qr(basis, triangle);
        double cos = Math.Cos(0.5 * share), sin = Math.Sin(0.5 * share);
        for (int j = 0; j < N; j++)
        {
            double root = Math.Sqrt(Math.Pow(lowest, j / (N - 1.0)));
            bool turns = j < N / 4 * 2;
            var target = factor.Column(j)[..N];
            if (turns) VectorRoutines.Combine(root * cos, basis.Column(j), root * (j % 2 == 0 ? sin : -sin), basis.Column(j ^ 1), target);
            else VectorRoutines.Scale(root, basis.Column(j), target);
            for (int i = N; i < N + M; i++) factor[i, j] = root * (random.NextDouble() - 0.5) / Math.Sqrt(N);
        }
        var joint = new DenseMatrix(N + M, N);
        MatrixView kernels = joint;
        backend.Gemm(Op.None, Op.Transpose, 1, factor, factor.Slice(0, 0, N, N), 0, kernels);
        for (int j = 0; j < N; j++)
            for (int i = 0; i < j; i++) kernels[i, j] = kernels[j, i];
        return joint;
    }
}
