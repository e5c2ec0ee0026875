namespace KernelFlow.Integrators.Tests;

/// <summary>B·A + γ·C in place is what <see cref="OutputHessian.Apply"/> and a sum give, for blocks that fit into registers and for wider ones.</summary>
public class BlockProductTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(7, 1)]
    [InlineData(10, 2)]
    [InlineData(16, 1)]
    [InlineData(33, 2)]
    [InlineData(70, 1)]
    public void ItIsTheProductWithEachBlock(int p, int threads)
    {
        const int n = 6, columns = 400;
        var random = new Random(p);
        var b = new OutputHessian(n, p);
        for (int i = 0; i < n; i++)
        {
            var block = RandomMatrices.Uniform(random, p, p);
            (block * block.Transpose()).ToRowMajorArray().CopyTo(b.Blocks.AsSpan(i * p * p));
        }
        DenseMatrix a = RandomMatrices.Uniform(random, n * p, columns), c = RandomMatrices.Uniform(random, n * p, columns),
            product = new(n * p, columns);
        b.Apply(1, a, 0, product);
        var spare = new ThreadBudget(threads - 1);
        var work = new BlockProduct();
        var first = DenseMatrix.OfMatrix(a);
        work.Apply(b, first, 0, first, spare);
        Check.Close(first, product, 1e-14, $"B·A, p = {p}");
        work.Apply(b, a, -2, c, spare);
        Check.Close(a, product - 2 * c, 1e-14, $"B·A − 2C, p = {p}");
    }
}
