using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>Kernels formed part by part, in any order and company, are those formed in one pass.</summary>
public sealed class KernelPartTests
{
    public static TheoryData<int, bool, string> Cases
    {
        get
        {
            var data = new TheoryData<int, bool, string>();
            foreach (int rows in (int[])[3, 4, 9, 100])
                foreach (bool cubic in (bool[])[false, true]) data.Add(rows, cubic, "managed");
            data.Add(4, false, "auto");
            return data;
        }
    }

    // N = 10, M = 8: blocks of 3 rows cut both unevenly, and 9 cuts only the training outputs.
    private static CheckpointSequence Run() => new SyntheticRun(n: 5, m: 4, p: 2, D: 130, count: 7, seed: 5).Jacobians();

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheyAreTheSameToTheLastBit(int rows, bool cubic, string backend)
    {
        var (run, dense) = (Run(), Backend.Resolve(backend, 1));
        var outputs = OutputRecord.Read(run);
        var whole = TrajectoryBuilder.Read(run, outputs, dense, sparseCubic: cubic, forming: new KernelForming(rows));
        var pairs = KernelPairs.OfInterpolants(run.Count, cubic);
        var (shelf, random) = (new Shelf(), new Random(7));
        var forming = new KernelForming(rows, shelf);
        KernelPart[] parts = [.. pairs.Parts(run, forming).Select(p => p.Part)];
        random.Shuffle(parts);
        foreach (var some in parts.Chunk(4)) pairs.Form(run, some, forming, dense);
        Assert.Equal(parts.Length, shelf.Parts.Count);
        int written = shelf.Written;
        var merged = TrajectoryBuilder.Read(run, outputs, dense, sparseCubic: cubic, forming: forming);
        Assert.Equal(written, shelf.Written);
        Same(run, whole, merged);
        // Parts that are not there are formed with the rest.
        foreach (var part in parts.Take(parts.Length / 2)) shelf.Parts.Remove(part);
        Same(run, whole, TrajectoryBuilder.Read(run, outputs, dense, sparseCubic: cubic, forming: forming));
        Assert.Equal(parts.Length, shelf.Parts.Count);
    }

    [Fact]
    public void RowsThatAreFormedTogetherChangeKernelsByRounding()
    {
        var run = Run();
        var outputs = OutputRecord.Read(run);
        var one = TrajectoryBuilder.Read(run, outputs, Backends.Managed);
        var several = TrajectoryBuilder.Read(run, outputs, Backends.Managed, forming: new KernelForming(3));
        for (int k = 0; k < run.Count; k++)
        {
            double scale = one.At(k).Kernels.FrobeniusNorm();
            Close(one.At(k).Kernels, several.At(k).Kernels, scale, $"[K_SS; K_QS] {k}");
            Close(one.At(k).TestKernel!, several.At(k).TestKernel!, scale, $"K_QQ {k}");
            if (k + 1 < run.Count) Close(one.Skew(k)!, several.Skew(k)!, scale, $"the skew part {k}");
        }
    }

    // Sums of 130 products in another order.
    private static void Close(DenseMatrix a, DenseMatrix b, double scale, string what)
    {
        double off = (a - b).FrobeniusNorm() / scale;
        Assert.True(off <= 130 * 1.2e-16, $"{what}: off by {off} of the kernel");
    }

    [Fact]
    public void OperationsAreThoseOfTheProducts()
    {
        var run = Run();
        var pairs = KernelPairs.OfCheckpoints(run.Count);
        double total = pairs.Parts(run, new KernelForming(3)).Sum(p => p.Operations);
        // N² for the lower half of K_SS and 2·M·N for K_QS, and at most half as much again for K_QQ, per column.
        double expected = run.Count * 130.0 * (10 * 10 + 3 * 8 * 10);
        Assert.True(Math.Abs(total - expected) <= 1e-12 * expected, $"found {total}, expected {expected}");
    }

    [Fact]
    public void WithRecordedCheckpointsAloneThereAreTheirOwnProducts()
    {
        var run = Run();
        var shelf = new Shelf();
        TrajectoryBuilder.ReadCheckpoints(run, OutputRecord.Read(run), Backends.Managed, forming: new KernelForming(6, shelf));
        Assert.Equal(Enumerable.Range(0, run.Count).SelectMany(k => new[] { new KernelPart(k, k, 0), new KernelPart(k, k, 1) }).ToHashSet(),
            shelf.Parts.Keys.ToHashSet());
    }

    private static void Same(CheckpointSequence run, TrajectoryBuilder a, TrajectoryBuilder b)
    {
        for (int k = 0; k < run.Count; k++)
        {
            Assert.Equal(a.At(k).Kernels.Values, b.At(k).Kernels.Values);
            Assert.Equal(a.At(k).TestKernel!.Values, b.At(k).TestKernel!.Values);
            if (k + 1 < run.Count) Assert.Equal(a.Skew(k)!.Values, b.Skew(k)!.Values);
            for (int j = k; j < run.Count; j++) Assert.Equal(a.InnerProduct(k, j), b.InnerProduct(k, j));
        }
    }
}
