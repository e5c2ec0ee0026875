using KernelFlow.Numerics;

namespace KernelFlow.Bridges.Tests;

/// <summary>The matrix of a sketch: the same whatever is asked for first, with E[R Rᵀ] = I.</summary>
public sealed class SketchedJacobiansTests
{
    private static double[] Rows(SketchSigns signs, long first, int count, int columns)
    {
        var values = new double[columns * count];
        signs.Fill(first, new MatrixView(values, columns, count));
        return values;
    }

    [Fact]
    public void RowsDoNotDependOnTheBlockTheyAreAskedForIn()
    {
        const int K = 70;
        var signs = new SketchSigns(K, 5);
        double[] all = Rows(signs, 0, 40, K);
        for (int first = 0; first < 40; first += 8) Assert.Equal(all[(first * K)..((first + 8) * K)], Rows(new SketchSigns(K, 5), first, 8, K));
        Assert.NotEqual(all, Rows(new SketchSigns(K, 6), 0, 40, K));
    }

    /// <summary>Entries ±1/√k: squares of rows are 1 exactly; products of two rows have mean 0 and variance 1/k.</summary>
    [Fact]
    public void RowsAreOrthonormalOnAverage()
    {
        const int K = 256, Count = 120;
        double[] r = Rows(new SketchSigns(K, 1), 1_000_000_007, Count, K);
        double squares = 0, largest = 0;
        int pairs = 0;
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(1, VectorRoutines.Dot(r.AsSpan(i * K, K), r.AsSpan(i * K, K)), 12);
            for (int j = 0; j < i; j++, pairs++)
            {
                double product = VectorRoutines.Dot(r.AsSpan(i * K, K), r.AsSpan(j * K, K));
                squares += product * product;
                largest = Math.Max(largest, Math.Abs(product));
            }
        }
        // 7140 products: their mean square is 1/k to 1.7 % and the largest near 3.9/√k.
        Assert.InRange(squares / pairs * K, 0.92, 1.08);
        Assert.InRange(largest * Math.Sqrt(K), 3, 5.5);
    }

    [Fact]
    public void TheSketchIsTheProductAndCarriesExactDiagonals()
    {
        const int N = 6, M = 3, D = 5000, K = 32;
        var random = new Random(1);
        double[] J = [.. Enumerable.Range(0, N * D).Select(_ => random.NextDouble() - 0.5)];
        double[] Q = [.. Enumerable.Range(0, M * D).Select(_ => random.NextDouble() - 0.5)];
        double[] m = [.. Enumerable.Range(0, D).Select(_ => random.NextDouble())];
        var checkpoint = new Checkpoint(0, 0, new MemoryTensor("J_S", J, N, D), new MemoryTensor("J_Q", Q, M, D), new MemoryTensor("U_S", new double[N], N),
            new MemoryTensor("U_Q", new double[M], M), new MemoryTensor("preconditioner", m, D));
        var sketched = SketchedJacobians.Convert([checkpoint], K, 9, Backend.Managed(1)).Single();
        double[] r = Rows(new SketchSigns(K, 9), 0, D, K), found = sketched["J_S"].ReadAll(), diagonal = sketched["K_SS_diagonal"].ReadAll();
        double worst = 0;
        for (int i = 0; i < N; i++)
        {
            double square = 0;
            for (int d = 0; d < D; d++) square += J[i * D + d] * J[i * D + d] * m[d];
            worst = Math.Max(worst, Math.Abs(diagonal[i] - square) / square);
            for (int k = 0; k < K; k++)
            {
                double sum = 0;
                for (int d = 0; d < D; d++) sum += J[i * D + d] * Math.Sqrt(m[d]) * r[d * K + k];
                worst = Math.Max(worst, Math.Abs(sum - found[i * K + k]) / Math.Sqrt(square));
            }
        }
        Assert.True(worst < 1e-12, $"largest difference {worst:E2}");
        Assert.Equal(K, sketched["sketch"].ReadAll()[0]);
    }

    [Fact]
    public void KernelBlocksAndSketchesAreNotSketched()
    {
        Checkpoint Of(params TensorSource[] tensors) =>
            new(0, 0, [.. tensors, new MemoryTensor("U_S", new double[1], 1), new MemoryTensor("U_Q", new double[1], 1)]);
        var blocks = Of(new MemoryTensor("K_SS", [1.0], 1, 1), new MemoryTensor("K_QS", [1.0], 1, 1));
        Assert.Contains("found kernel blocks, expected Jacobians",
            Assert.Throws<InvalidRunException>(() => SketchedJacobians.Convert([blocks], 16, 0, Backend.Managed(1)).ToList()).Message);
        var twice = Of(new MemoryTensor("J_S", new double[16], 1, 16), new MemoryTensor("J_Q", new double[16], 1, 16), StreamedTensor.Integer("sketch", 16));
        Assert.Contains("found sketched Jacobians",
            Assert.Throws<InvalidRunException>(() => SketchedJacobians.Convert([twice], 16, 0, Backend.Managed(1)).ToList()).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => SketchedJacobians.Convert([blocks], 15, 0, Backend.Managed(1)));
    }
}
