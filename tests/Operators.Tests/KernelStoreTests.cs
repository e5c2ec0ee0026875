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
