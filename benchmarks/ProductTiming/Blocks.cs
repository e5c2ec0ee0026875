using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.ProductTiming;

/// <summary>Time for each vector of a product K_SS(t)·X of a recorded run against the number of vectors of X, with the interpolant of an analysis.</summary>
internal static class Blocks
{
    private static readonly int[] s_vectors = [1, 2, 3, 4, 5, 8, 12, 16, 24, 56];

    public static void Run(CheckpointSequence run, Backend backend, Clock clock)
    {
        var builder = ProductsBuilder.Read(run, OutputRecord.Read(run), new MemoryAccount(MemoryCeiling.None), backend);
        KernelProducts products = run.HasJacobians ? builder.Cubic([.. Enumerable.Range(0, run.Count)]) : builder.Linear([.. Enumerable.Range(0, run.Count)]);
        int interval = products.Intervals / 2;
        double start = products.Knots[interval], length = products.Knots[interval + 1] - start, theta = 0.3;
        // Stages of a step are at other times each.
        double Next() => start + (theta = theta < 0.7 ? theta + 1e-3 : 0.3) * length;
        Console.WriteLine();
        var applied = TrajectoryBuilder.ReadApplied(run, OutputRecord.Read(run), backend, new MemoryAccount(MemoryCeiling.None))
            .Linear([.. Enumerable.Range(0, run.Count)]);
        Console.WriteLine("| vectors | ms | ms each | GF/s | each at a time of its own, J linear: ms |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (int c in s_vectors)
        {
            MatrixView x = new(new double[ArraySize.Of(products.TrainSize, c)], products.TrainSize, c);
            MatrixView y = new(new double[ArraySize.Of(products.TrainSize, c)], products.TrainSize, c);
            x.Fill(1);
            double seconds = clock.Of(() => products.ApplyTrain(interval, Next(), x, y));
            double[] times = [.. Enumerable.Range(0, c).Select(j => start + (j + 0.5) / c * length)];
            double apart = clock.Of(() => applied.ApplyTrain(interval, times, x, y));
            Console.WriteLine(FormattableString.Invariant($"| {c} | {1e3 * seconds:F2} | {1e3 * seconds / c:F3} | ")
                + FormattableString.Invariant($"{products.TrainFlops(interval) * c / seconds / 1e9:F1} | {1e3 * apart:F2} |"));
        }
    }
}
