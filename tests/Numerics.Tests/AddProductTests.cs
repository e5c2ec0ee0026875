namespace KernelFlow.Numerics.Tests;

/// <summary>y ← y + A·x four columns at a time: to the last bit what it is column by column.</summary>
public class AddProductTests
{
    [Theory]
    [InlineData(0, 3)]
    [InlineData(5, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(17, 7)]
    [InlineData(64, 9)]
    [InlineData(101, 101)]
    public void ItIsTheSumOfItsColumns(int rows, int columns)
    {
        var random = new Random(7 + rows);
        double[] numbers = [.. Enumerable.Range(0, (rows + 3) * columns).Select(_ => random.NextDouble() - 0.5)];
        var a = new MatrixView(numbers, rows + 3, columns).Slice(2, 0, rows, columns); // columns that do not follow each other
        double[] x = [.. Enumerable.Range(0, columns).Select(_ => random.NextDouble() - 0.5)], y = new double[rows], expected = new double[rows],
            plain = new double[rows];
        for (int i = 0; i < rows; i++) y[i] = expected[i] = plain[i] = random.NextDouble();
        VectorRoutines.AddProduct(a, x, y);
        for (int j = 0; j < columns; j++) VectorRoutines.Axpy(x[j], a.Column(j), expected);
        Assert.Equal(expected, y);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) plain[i] += a[i, j] * x[j];
        for (int i = 0; i < rows; i++) Assert.True(Math.Abs(plain[i] - y[i]) <= 1e-14 * (1 + columns), $"row {i}: {y[i]:R}, by plain sums {plain[i]:R}");
    }

    [Fact]
    public void SizesThatDoNotFitAreRefused()
    {
        var a = new MatrixView(new double[12], 3, 4);
        Assert.Throws<ArgumentException>(() => VectorRoutines.AddProduct(a, new double[3], new double[3]));
        Assert.Throws<ArgumentException>(() => VectorRoutines.AddProduct(a, new double[4], new double[4]));
    }
}
