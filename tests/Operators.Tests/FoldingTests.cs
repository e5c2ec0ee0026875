using KernelFlow.Numerics;

namespace KernelFlow.Operators.Tests;

/// <summary>A square matrix with its transpose, against the definition, in sizes of one tile and of several.</summary>
public class FoldingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(150)]
    public void FoldedMatricesAreTheDefinition(int n)
    {
        Is((in MatrixView a) => Folding.Mean(a), (x, y) => (x + y) / 2, "mean");
        Is((in MatrixView a) => Folding.Sum(a), (x, y) => x + y, "sum");
        Is((in MatrixView a) => Folding.Difference(a), (x, y) => x - y, "difference");
        Is((in MatrixView a) => Folding.TransposeLess(a), (x, y) => y - x, "transpose less");

        void Is(Fold fold, Func<double, double, double> expected, string what)
        {
            const int pad = 5;
            var random = new Random(n);
            double[] values = [.. Enumerable.Range(0, (n + pad) * n).Select(_ => random.NextDouble() - 0.5)], before = [.. values];
            fold(new MatrixView(values, 0, n, n, n + pad));
            for (int j = 0; j < n; j++)
                for (int i = 0; i < n + pad; i++)
                {
                    double found = values[i + j * (n + pad)], own = before[i + j * (n + pad)];
                    double right = i < n ? expected(own, before[j + i * (n + pad)]) : own;
                    Assert.True(found == right, $"{what} of {n}: found {found:R} at [{i}, {j}], expected {right:R}");
                }
        }
    }

    [Fact]
    public void TwoThreadsFoldAsOneDoes()
    {
        const int n = 450;
        var random = new Random(1);
        double[] one = [.. Enumerable.Range(0, n * n).Select(_ => random.NextDouble() - 0.5)], two = [.. one];
        Folding.TransposeLess(new MatrixView(one, n, n));
        Folding.TransposeLess(new MatrixView(two, n, n), new ThreadBudget(1));
        Assert.Equal(one, two);
    }

    private delegate void Fold(in MatrixView a);
}
