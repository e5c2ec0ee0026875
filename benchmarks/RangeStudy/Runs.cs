using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.RangeStudy;

/// <summary>Runs whose kernels have a range of few dimensions, a tail that falls, or neither.</summary>
internal static class Runs
{
    /// <summary>A kind of run with the dimensions that it is reduced to; null stands for the smallest whose bound is below 1e-8.</summary>
    public sealed record Kind(string Name, Func<int, CheckpointSequence> Of, int?[] Ranks);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Kind> All(Backend backend) =>
    [
        new("planted rank 12, N = 60", seed => Planted(60, 12, _ => 1, seed), [null]),
        new("tail 10^(-0.3 j), N = 60", seed => Planted(60, 60, j => Math.Pow(10, -0.15 * j), seed), [10, 20, 30]),
        new("tail 10^(-1 j), N = 60", seed => Planted(60, 60, j => Math.Pow(10, -0.5 * j), seed), [6, 12]),
        new("duplicated inputs, tanh, N = 60", seed => Recorded(new RecordingOptions
        {
            Train = 60, Test = 30, Duplicates = 10, Copies = 3, Layers = [LayerSpec.Dense(16)], Steps = 800, Checkpoints = 16, Seed = seed,
        }, backend), [null, 30]),
        new("linear model, D = 65, N = 150", seed => Recorded(new RecordingOptions
        {
            Train = 150, Test = 40, Layers = [], Steps = 800, Checkpoints = 10, Seed = seed,
        }, backend), [null, 40]),
        new("tanh of full rank, N = 60", seed => Recorded(new RecordingOptions
        {
            Train = 60, Test = 30, Layers = [LayerSpec.Dense(24)], Steps = 800, Checkpoints = 16, Seed = seed,
        }, backend), [30, 50]),
    ];

    /// <summary>J = L diag(scale) (A + a random walk): what J_S ever shows is the range of L, in the proportions of the scales. Flow, squared loss.</summary>
    public static CheckpointSequence Planted(int train, int columns, Func<int, double> scale, int seed, int test = 20, int parameters = 90, int checkpoints = 9)
    {
        var random = new Random(seed);
        var left = Gaussian(random, train, columns).QR().Q * Matrix<double>.Build.DenseOfDiagonalArray([.. Enumerable.Range(0, columns).Select(scale)]);
        Matrix<double> inner = Gaussian(random, columns, parameters), outer = Gaussian(random, test, parameters);
        Vector<double> y = Gaussian(random, train, 1).Column(0), u = 0 * y, q = 0 * Gaussian(random, test, 1).Column(0);
        double time = 0;
        var taken = new List<Checkpoint>();
        for (int k = 0; k < checkpoints; k++)
        {
            Matrix<double> s = 6 * (left * inner);
            taken.Add(new Checkpoint(time, k,
            [
                MemoryTensor.FromMatrix("J_S", s), MemoryTensor.FromMatrix("J_Q", outer), new MemoryTensor("U_S", u.ToArray(), train, 1),
                new MemoryTensor("U_Q", q.ToArray(), test, 1),
            ]));
            // Outputs enter the predictions by g(s) alone; what they become later decides nothing here.
            double step = 0.6 * Math.Pow(1.6, k);
            time += step;
            var g = (u - y) / train;
            u -= 0.5 * (u - y);
            q -= 0.05 * (outer * s.TransposeThisAndMultiply(g));
            inner += 0.2 * Gaussian(random, columns, parameters);
            outer += 0.2 * Gaussian(random, test, parameters);
        }
        return new CheckpointSequence(taken, LossModel.Squared(y.ToArray(), 1)) { Optimizer = new GradientFlow() };
    }

    private static CheckpointSequence Recorded(RecordingOptions options, Backend backend) => Recorder.InMemory(options, backend);

    private static Matrix<double> Gaussian(Random random, int rows, int columns) => Matrix<double>.Build.Dense(rows, columns,
        (_, _) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()) / columns) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
