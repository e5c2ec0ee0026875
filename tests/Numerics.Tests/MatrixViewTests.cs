namespace KernelFlow.Numerics.Tests;

/// <summary>Copies between views.</summary>
public class MatrixViewTests
{
    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(3, 8)]
    [InlineData(9, 4)]
    [InlineData(64, 64)]
    [InlineData(65, 103)]
    public void A_transposed_copy_has_every_element_in_its_place(int rows, int columns)
    {
        MatrixView a = Oracle.Random(new Random(7), rows, columns), b = Oracle.Padded(columns, rows);
        a.CopyTransposedTo(b);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) Assert.Equal(a[i, j], b[j, i]);
        Oracle.SurroundingsUntouched(b, $"{rows}x{columns}");
    }

    [Fact]
    public void A_transposed_copy_into_another_shape_is_refused()
    {
        MatrixView a = Oracle.Padded(2, 3);
        Assert.Contains("transpose of 2x3 into 2x3", Assert.Throws<ArgumentException>(() => a.CopyTransposedTo(a)).Message, StringComparison.Ordinal);
    }
}
