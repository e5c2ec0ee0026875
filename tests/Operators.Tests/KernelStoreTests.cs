using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>Kernels that are read when they are wanted are those that would have been kept.</summary>
public class KernelStoreTests
{
    private static readonly Backend s_backend = Backend.Resolve("managed");

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void KernelsThatAreReadAgainAreTheSame(bool cross, bool testKernel)
    {
        var run = new SyntheticRun(n: 6, m: 4, p: 2, D: 60, count: 5, seed: 3).Blocks(testKernel, cross);
        var kept = KernelBlockReader.Read(run, s_backend, KernelMemory.Default, null, default);
        var read = KernelBlockReader.Read(run, s_backend, new KernelMemory(0), null, default);
        Assert.Equal(kept.Terms.Keys, read.Terms.Keys);
        for (int round = 0; round < 2; round++)
            foreach (var (pair, term) in kept.Terms)
            {
                var other = read.Terms[pair];
                Assert.NotSame(other.Kernels, other.Kernels);
                Assert.Same(term.Kernels, term.Kernels);
                Same(term.Kernels, other.Kernels, $"[K_SS; K_QS] {pair}");
                Same(term.TestKernel, other.TestKernel, $"K_QQ {pair}");
                Same(term.Skew, other.Skew, $"the skew part {pair}");
                using var held = other.Hold();
                Same(term.Kernels, held.Kernels, $"held {pair}");
                Assert.Equal(term.TrainDiagonal, other.TrainDiagonal);
                Assert.Equal(term.TestDiagonal, other.TestDiagonal);
            }
        Assert.Equal(kept.Substitutes.Keys, read.Substitutes.Keys);
        foreach (var (pair, substitute) in kept.Substitutes) Same(substitute.Cross.TestKernel, read.Substitutes[pair].Cross.TestKernel, $"substitute {pair}");
    }

    /// <summary>Formed a few checkpoints at a time and put into a file: the sums are those of one pass to the last bit.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void KernelsOfJacobiansThatLieInAFileAreTheSame(bool close)
    {
        var made = new SyntheticRun(n: 5, m: 3, p: 2, D: 90, count: 11, seed: 5);
        // So near to its neighbour the cubic interpolant is written in value and slopes.
        if (close) made.Times[^2] = made.Times[^1] - 1e-4;
        var run = made.Jacobians();
        var outputs = OutputRecord.Read(run);
        var kept = TrajectoryBuilder.Read(run, outputs, s_backend, KernelMemory.Default, null, default, sparseCubic: true);
        var read = TrajectoryBuilder.Read(run, outputs, s_backend, new KernelMemory(0), null, default, sparseCubic: true);
        Assert.Same(kept.At(0).Kernels, kept.At(0).Kernels);
        Assert.NotSame(read.At(0).Kernels, read.At(0).Kernels);
        for (int k = 0; k < run.Count; k++)
        {
            Same(kept.At(k).Kernels, read.At(k).Kernels, $"[K_SS; K_QS] {k}");
            Same(kept.At(k).TestKernel, read.At(k).TestKernel, $"K_QQ {k}");
            Assert.Equal(kept.At(k).TrainDiagonal, read.At(k).TrainDiagonal);
            if (k + 1 < run.Count) Same(kept.Skew(k), read.Skew(k), $"the skew part {k}");
            for (int j = k; j < run.Count; j++) Assert.Equal(kept.InnerProduct(k, j), read.InnerProduct(k, j));
        }
        int[] all = [.. Enumerable.Range(0, run.Count)];
        foreach (var path in (Func<TrajectoryBuilder, InterpolatedTrajectory>[])[b => b.Linear(all), b => b.Cubic(all),
            b => b.Cubic(TrajectoryBuilder.EverySecond(run.Count)), b => b.Linear(TrajectoryBuilder.EveryNth(run.Count, 4, 1))])
        {
            var (first, second) = (path(kept), path(read));
            int N = run.TrainSize, M = run.TestSize;
            DenseMatrix a = new(N + M, N), b = new(N + M, N);
            for (int i = 0; i < first.Intervals; i++)
            {
                double from = first.Knots[i], to = first.Knots[i + 1], time = 0.7 * from + 0.3 * to;
                first.Kernels(i, time, a);
                second.Kernels(i, time, b);
                Same(a, b, $"kernels of interval {i}");
                first.Chord(i, time, to, a);
                second.Chord(i, time, to, b);
                Same(a, b, $"chord of interval {i}");
                QuadratureNode[] node = [new(i, time, 1)];
                Same(first.TestKernelIntegral(node), second.TestKernelIntegral(node), $"K_QQ of interval {i}");
            }
        }
    }

    [Fact]
    public void TheCacheKeepsToItsLimitAndReadsWhatItGaveUp()
    {
        var cache = new MatrixCache(2 * 16 * sizeof(double));
        var reads = new int[3];
        StoredMatrix[] matrices = [.. Enumerable.Range(0, 3).Select(i => Numbered(i, cache, () => Interlocked.Increment(ref reads[i])))];
        double[] First(int i)
        {
            using var held = matrices[i].Hold();
            Assert.All(held.Matrix.Values, v => Assert.Equal(i, v));
            return held.Matrix.Values;
        }

        double[] a = First(0);
        First(1);
        First(0);
        Assert.Equal([1, 1, 0], reads); // both fit
        double[] third = First(2); // takes the place of 1, which was not wanted for longest
        Assert.NotSame(a, third);
        First(0);
        Assert.Equal([1, 1, 1], reads);
        Assert.Same(third, Taken(() => First(1), after: () => First(0)));
        Assert.Equal([1, 2, 1], reads);

        static double[] Taken(Func<double[]> wanted, Action after)
        {
            after();
            return wanted();
        }
    }

    [Fact]
    public void WhatIsHeldIsNotOverwritten()
    {
        var cache = new MatrixCache(16 * sizeof(double));
        StoredMatrix[] matrices = [.. Enumerable.Range(0, 5).Select(i => Numbered(i, cache))];
        using var held = matrices[0].Hold();
        for (int i = 1; i < 5; i++)
        {
            using var other = matrices[i].Hold();
            Assert.All(other.Matrix.Values, v => Assert.Equal(i, v));
        }
        Assert.All(held.Matrix.Values, v => Assert.Equal(0, v));
    }

    [Fact]
    public void SeveralThreadsReadTheRightNumbers()
    {
        var cache = new MatrixCache(3 * 16 * sizeof(double));
        StoredMatrix[] matrices = [.. Enumerable.Range(0, 8).Select(i => Numbered(i, cache))];
        int wrong = 0;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var random = new Random(thread);
            for (int round = 0; round < 2000; round++)
            {
                int i = random.Next(matrices.Length);
                using var held = matrices[i].Hold();
                if (held.Matrix.Values.Any(v => v != i)) Interlocked.Increment(ref wrong);
            }
        });
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void AReadingThatFailedIsTriedAgain()
    {
        bool fails = true;
        var matrix = StoredMatrix.Read(4, 4, (in MatrixView target) =>
        {
            target.Fill(fails ? -1 : 7);
            if (fails) throw new IOException("the file was cut");
        }, new MatrixCache(1 << 20));
        Assert.Equal("the file was cut", Assert.Throws<IOException>(() => matrix.Hold()).Message);
        fails = false;
        using var held = matrix.Hold();
        Assert.All(held.Matrix.Values, v => Assert.Equal(7, v));
    }

    private static StoredMatrix Numbered(int number, MatrixCache cache, Action? read = null) => StoredMatrix.Read(4, 4, (in MatrixView target) =>
    {
        read?.Invoke();
        target.Fill(number);
    }, cache);

    private static void Same(DenseMatrix? expected, DenseMatrix? found, string what)
    {
        Assert.True((expected is null) == (found is null), $"{what}: found {found}, expected {expected}");
        if (expected is null) return;
        double distance = MatrixNorms.Distance(expected, found!);
        Assert.True(distance == 0, $"{what}: found numbers that differ by {distance:G3}");
    }
}
