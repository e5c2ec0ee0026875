using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Recording.Tests;

/// <summary>The space of the gradients of a loss, its basis and what is carried in and out of it.</summary>
public class GradientSpaceTests
{
    private static DenseMatrix Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return DenseMatrix.Create(rows, columns, (_, _) => random.NextDouble() - 0.5);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(4, 3)]
    [InlineData(3, 10)]
    public void ZeroSumsHaveAnOrthonormalBasis(int n, int p)
    {
        var space = GradientSpace.ZeroSum(n, p);
        Assert.Equal((n * (p - 1), false, "outputs with zero sum per example"), (space.Dimension, space.IsAll, space.Name));
        var basis = space.Lift(DenseMatrix.CreateIdentity(space.Dimension));
        double defect = (basis.TransposeThisAndMultiply(basis) - DenseMatrix.CreateIdentity(space.Dimension)).FrobeniusNorm();
        Assert.True(defect <= 1e-15 * n * p, $"QᵀQ − I: {defect}");
        for (int j = 0; j < basis.ColumnCount; j++)
            for (int i = 0; i < n; i++)
                Assert.True(Math.Abs(basis.Column(j).SubVector(i * p, p).Sum()) <= 1e-15, $"sum of column {j} over example {i}");
        DenseMatrix x = Random(n * p, 3, 1), w = Random(n * p, n * p, 2);
        var symmetric = (DenseMatrix)(w + w.Transpose());
        double restricted = (space.Restrict(x) - basis.TransposeThisAndMultiply(x)).FrobeniusNorm(),
            square = (space.RestrictSymmetric(symmetric) - basis.TransposeThisAndMultiply(symmetric * basis)).FrobeniusNorm(),
            columns = (space.RestrictColumns((DenseMatrix)x.Transpose()) - x.Transpose() * basis).FrobeniusNorm();
        Assert.True(Math.Max(restricted, Math.Max(square, columns)) <= 1e-13, $"QᵀX {restricted}, QᵀWQ {square}, AQ {columns}");
    }

    [Fact]
    public void TheLossSaysWhichSpaceItHas()
    {
        Assert.True(LossModel.Squared([1, 2, 3, 4], 2).GradientSpace.IsAll);
        Assert.True(LossModel.Logistic([1, -1]).GradientSpace.IsAll);
        var softmax = LossModel.SoftmaxCrossEntropy([1, 0, 0, 0, 0, 1], 3);
        Assert.Equal(4, softmax.GradientSpace.Dimension);
        double[] g = new double[6];
        softmax.Gradient([0.3, -2, 1, 5, 4, -1], g);
        var inside = softmax.GradientSpace.Lift(softmax.GradientSpace.Restrict(new MatrixView((double[])g.Clone(), 6, 1)));
        for (int r = 0; r < 6; r++) Assert.True(Math.Abs(inside[r, 0] - g[r]) <= 1e-15, $"g[{r}] = {g[r]}, in the space {inside[r, 0]}");
    }

    /// <summary>Of the directions that no B sees only those count in which no gradient lies, either; examples may differ.</summary>
    [Fact]
    public void RecordedHessiansAndGradientsDecide()
    {
        // Example 0: B sees output 0, g lies in output 1, nothing in output 2. Example 1: everything in output 2 alone.
        OutputHessian Hessian(double a, double b)
        {
            var hessian = new OutputHessian(2, 3);
            (hessian.Blocks[0], hessian.Blocks[17]) = (a, b);
            return hessian;
        }
        var space = GradientSpace.OfRecorded([Hessian(1, 2), Hessian(0.5, 1e-3)], [[0.1, 0.2, 0, 0, 0, 1], [0, 1e-3, 0, 0, 0, 0]], 1e-16);
        Assert.Equal((3, "outputs in the range of B and g"), (space.Dimension, space.Name));
        Assert.Equal((2, 1), (space.Basis(0).Columns, space.Basis(1).Columns));
        var g = new MatrixView([0.1, 0.2, 0, 0, 0, 1], 6, 1);
        double left = (space.Lift(space.Restrict(g)) - g.ToMatrix()).FrobeniusNorm();
        Assert.True(left <= 1e-15, $"part of g outside: {left}");
        Assert.True(GradientSpace.OfRecorded([Hessian(1, 2)], [[1, 1, 0, 1, 0, 0], [0, 0, 1, 0, 1, 0]], 1e-16) is { Dimension: 6, IsAll: true });
    }
}
