using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Recording.Tests;

/// <summary>B applied block by block against the dense N×N matrix.</summary>
public class OutputHessianTests
{
    private static OutputHessian Random(Random random, int n, int p)
    {
        var B = new OutputHessian(n, p);
        RandomMatrices.Vector(random, n * p * p).CopyTo(B.Blocks, 0); // not symmetric on purpose: a transposed block must show
        return B;
    }

    private static DenseMatrix Dense(OutputHessian B)
    {
        int p = B.Outputs;
        return DenseMatrix.Create(B.Examples * p, B.Examples * p, (i, j) => i / p == j / p ? B.Blocks[i / p * p * p + i % p * p + j % p] : 0);
    }

    [Theory]
    [InlineData(7, 1, 0)]
    [InlineData(7, 1, -0.5)]
    [InlineData(4, 3, 0)]
    [InlineData(4, 3, 2.0)]
    [InlineData(1, 10, 1.0)]
    public void ApplyIsTheDenseProduct(int n, int p, double gamma)
    {
        var random = new Random(n + p);
        var B = Random(random, n, p);
        DenseMatrix x = RandomMatrices.Uniform(random, n * p, 5), y = RandomMatrices.Uniform(random, n * p, 5);
        var expected = 1.5 * Dense(B) * x + gamma * y;
        if (gamma == 0) y.Values.AsSpan().Fill(double.NaN); // with γ = 0, y need not be initialised
        B.Apply(1.5, x, gamma, y);
        Check.Close(y, expected, 1e-15 * p, "B·X");
    }

    [Fact]
    public void ApplyWorksOnPartsOfLargerMatrices()
    {
        var random = new Random(9);
        var B = Random(random, 3, 2);
        DenseMatrix large = RandomMatrices.Uniform(random, 10, 6), target = DenseMatrix.Create(9, 4, (_, _) => 7.25);
        B.Apply(1, ((MatrixView)large).Slice(2, 1, 6, 4), 0, ((MatrixView)target).Slice(1, 0, 6, 4));
        Check.Close(target.SubMatrix(1, 6, 0, 4), Dense(B) * large.SubMatrix(2, 6, 1, 4), 1e-15, "B·X in a window");
        for (int j = 0; j < 4; j++)
            foreach (int i in (int[])[0, 7, 8]) Assert.Equal(7.25, target[i, j]);
    }

    [Fact]
    public void InterpolationIsLinear()
    {
        var random = new Random(10);
        OutputHessian a = Random(random, 3, 2), b = Random(random, 3, 2), c = new(3, 2);
        c.Interpolate(a, b, 0.3);
        Check.Close(Dense(c), 0.7 * Dense(a) + 0.3 * Dense(b), 1e-15, "B(θ)");
        c.Interpolate(a, b, 0);
        Assert.Equal(a.Blocks, c.Blocks);
        c.Interpolate(a, b, 1);
        Assert.Equal(b.Blocks, c.Blocks);
    }

    [Fact]
    public void ShapesAreChecked()
    {
        var B = new OutputHessian(3, 2);
        Assert.Equal("B has order 6; x is 5x2, y is 5x2.", Assert.Throws<ArgumentException>(
            () => B.Apply(1, new DenseMatrix(5, 2), 0, new DenseMatrix(5, 2))).Message);
        Assert.Throws<ArgumentException>(() => B.Apply(1, new DenseMatrix(6, 2), 0, new DenseMatrix(6, 3)));
        Assert.Throws<ArgumentException>(() => B.Apply(1, new DenseMatrix(6, 2), 0, new DenseMatrix(8, 2)));
    }

    [Fact]
    public void BlocksAreSetByElementWholeAndAsDiagonals()
    {
        var B = new OutputHessian(3, 2);
        B[0, 0, 0] = 4;
        B[0, 0, 1] = 1;
        B[0, 1, 1] = 5;
        B.SetBlock(1, [2, -1, -1, 3]);
        B.SetDiagonal(1, [7, 8]);
        B.SetBlock(2, [2, -1, -1, 3]);
        B.Block(2)[3] = 6;
        Assert.Equal([4, 1, 1, 5, 7, 0, 0, 8, 2, -1, -1, 6], B.Blocks);
        Assert.Equal(1, B[0, 1, 0]);
        Assert.Equal(-1, B[2, 1, 0]);
    }

    [Fact]
    public void WhatIsNoBlockIsRefused()
    {
        var B = new OutputHessian(2, 2);
        Assert.Contains("Found 3 numbers, expected a block of 2x2", Assert.Throws<ArgumentException>(() => B.SetBlock(0, [1, 2, 3])).Message);
        Assert.Contains("Found 2 at [1, 0] and 1 at [0, 1], expected a symmetric block",
            Assert.Throws<ArgumentException>(() => B.SetBlock(0, [1, 1, 2, 1])).Message);
        Assert.Throws<ArgumentException>(() => B.SetBlock(0, [1, double.NaN, double.NaN, 1]));
        Assert.Throws<ArgumentException>(() => B.SetDiagonal(0, [1]));
        (int, int, int, string)[] outside = [(2, 0, 0, "example"), (-1, 0, 0, "example"), (0, 2, 0, "row"), (0, 0, -1, "column")];
        foreach (var (example, row, column, name) in outside)
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => B[example, row, column] = 1).ParamName);
        Assert.Equal("example", Assert.Throws<ArgumentOutOfRangeException>(() => B.SetDiagonal(2, [1, 1])).ParamName);
        Assert.All(B.Blocks, b => Assert.Equal(0, b));
    }
}
