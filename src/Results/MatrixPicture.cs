using System.Globalization;

namespace KernelFlow;

/// <summary>A matrix in blocks of neighbours that each show the mean of their elements, for a drawing.</summary>
/// <param name="Rows">Rows of the matrix.</param>
/// <param name="Columns">Columns of the matrix.</param>
/// <param name="Means">The mean of each block, to six digits, in rows from the first on; block (a, b) of A×B holds the elements (i, j) with ⌊iA/rows⌋ = a and
/// ⌊jB/columns⌋ = b.</param>
public sealed record MatrixPicture(int Rows, int Columns, IReadOnlyList<IReadOnlyList<double>> Means)
{
    /// <summary>At most so many blocks in each direction.</summary>
    public const int MostBlocks = 48;

    /// <summary>Gathers the blocks.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="element">Element (i, j); asked for column by column.</param>
    public static MatrixPicture Of(int rows, int columns, Func<int, int, double> element)
    {
        ArgumentNullException.ThrowIfNull(element);
        int high = Math.Min(rows, MostBlocks), wide = Math.Min(columns, MostBlocks);
        double[][] sums = [.. Enumerable.Range(0, high).Select(_ => new double[wide])];
        var counts = new int[high, wide];
        for (int j = 0; j < columns; j++)
            for (int i = 0; i < rows; i++)
            {
                int a = (int)((long)i * high / rows), b = (int)((long)j * wide / columns);
                sums[a][b] += element(i, j);
                counts[a, b]++;
            }
        for (int a = 0; a < high; a++)
            for (int b = 0; b < wide; b++) sums[a][b] = Rounded(sums[a][b] / counts[a, b]);
        return new MatrixPicture(rows, columns, sums);
    }

    // What no eye sees would be most of the file.
    private static double Rounded(double value) =>
        double.IsFinite(value) ? double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : value;
}
