using KernelFlow.Numerics;

namespace KernelFlow.Recording.Tests;

/// <summary>A tensor that is read as a matrix, as it is or transposed, by one thread and by two.</summary>
public class TensorReadingTests
{
    private sealed class Counted(int rows, int columns, params int[] unsound) : TensorSource("K_SS", "made up", [rows, columns], StorageType.Float64)
    {
        protected override void ReadCore(long first, Span<double> destination)
        {
            for (int i = 0; i < destination.Length; i++) destination[i] = unsound.Contains((int)first + i) ? double.NaN : first + i;
        }
    }

    [Theory]
    [InlineData(3, 5, 0)]
    [InlineData(450, 400, 0)]
    [InlineData(450, 400, 1)]
    [InlineData(1, 40000, 1)]
    [InlineData(0, 4, 1)]
    public void EveryElementIsInItsPlace(int rows, int columns, int beside)
    {
        const int pad = 2;
        var tensor = new Counted(rows, columns);
        var budget = new ThreadBudget(beside);
        MatrixView straight = new(new double[(rows + pad) * columns], 0, rows, columns, rows + pad);
        MatrixView transposed = new(new double[(columns + pad) * Math.Max(1, rows)], 0, columns, rows, columns + pad);
        tensor.ReadMatrix(straight, false, budget);
        tensor.ReadMatrix(transposed, true, budget);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
            {
                Assert.Equal((double)i * columns + j, straight[i, j]);
                Assert.Equal((double)i * columns + j, transposed[j, i]);
            }
    }

    /// <summary>Threads read pieces in any order; what is told does not depend on it.</summary>
    [Fact]
    public void TheFirstUnsoundNumberIsTold()
    {
        const int n = 450;
        var tensor = new Counted(n, n, 5 * n + 7, 200 * n, 449 * n + 1);
        MatrixView target = new(new double[n * n], n, n);
        for (int round = 0; round < 5; round++)
        {
            var failure = Assert.Throws<InvalidRunException>(() => tensor.ReadMatrix(target, true, new ThreadBudget(1)));
            Assert.Equal("made up: K_SS: found NaN at index [5, 7], expected finite numbers.", failure.Message);
        }
    }

    [Fact]
    public void AnotherShapeIsRefused()
    {
        MatrixView target = new(new double[6], 2, 3);
        Assert.Contains("does not have 2x3 elements", Assert.Throws<ArgumentException>(() => new Counted(2, 2).ReadMatrix(target)).Message);
    }
}
