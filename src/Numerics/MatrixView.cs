using System.Diagnostics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Numerics;

/// <summary>A rectangular window onto a flat column-major array: element (i, j) is <c>Array[Offset + i + j*LeadingDimension]</c>.</summary>
/// <remarks>The one argument type of every dense routine. It owns nothing and copies nothing; writing through it writes the array.</remarks>
public readonly struct MatrixView
{
    /// <summary>Makes a view; the window must lie inside <paramref name="array"/>.</summary>
    /// <param name="array">The array that holds the elements.</param>
    /// <param name="offset">Index of element (0, 0).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="leadingDimension">Distance between columns, at least max(1, <paramref name="rows"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">The window reaches outside the array.</exception>
    public MatrixView(double[] array, int offset, int rows, int columns, int leadingDimension)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(leadingDimension, Math.Max(1, rows));
        if (rows > 0 && columns > 0 && offset + (long)(columns - 1) * leadingDimension + rows > array.Length)
            throw new ArgumentOutOfRangeException(nameof(array),
                $"A {rows}x{columns} view at {offset} with leading dimension {leadingDimension} does not fit into {array.Length} elements.");
        Array = array;
        Offset = offset;
        Rows = rows;
        Columns = columns;
        LeadingDimension = leadingDimension;
    }

    /// <summary>A contiguous view of a whole array.</summary>
    public MatrixView(double[] array, int rows, int columns) : this(array, 0, rows, columns, Math.Max(1, rows)) { }

    /// <summary>The array that holds the elements, shared with whoever made the view.</summary>
    public double[] Array { get; }

    /// <summary>Index of element (0, 0) in <see cref="Array"/>.</summary>
    public int Offset { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Distance between the starts of neighbouring columns.</summary>
    public int LeadingDimension { get; }

    /// <summary>Element (row, column); checked in debug builds only.</summary>
    public ref double this[int row, int column]
    {
        get
        {
            Debug.Assert((uint)row < (uint)Rows && (uint)column < (uint)Columns);
            return ref Array[Offset + row + column * LeadingDimension];
        }
    }

    /// <summary>Column <paramref name="column"/> as a contiguous span of length <see cref="Rows"/>.</summary>
    public Span<double> Column(int column) => Rows == 0 ? [] : Array.AsSpan(Offset + column * LeadingDimension, Rows);

    /// <summary>The window of the given size at (row, column).</summary>
    public MatrixView Slice(int row, int column, int rows, int columns)
    {
        if ((uint)row > (uint)Rows || (uint)column > (uint)Columns || rows > Rows - row || columns > Columns - column)
            throw new ArgumentOutOfRangeException(nameof(rows), $"Slice ({row},{column}) of size {rows}x{columns} lies outside {Rows}x{Columns}.");
        return new MatrixView(Array, rows == 0 || columns == 0 ? Offset : Offset + row + column * LeadingDimension, rows, columns, LeadingDimension);
    }

    /// <summary>The columns [first, first + count).</summary>
    public MatrixView ColumnRange(int first, int count) => Slice(0, first, Rows, count);

    /// <summary>Sets every element.</summary>
    public void Fill(double value)
    {
        for (int j = 0; j < Columns; j++) Column(j).Fill(value);
    }

    /// <summary>Copies every element to a view of the same shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void CopyTo(in MatrixView destination)
    {
        if (destination.Rows != Rows || destination.Columns != Columns)
            throw new ArgumentException($"Cannot copy {Rows}x{Columns} into {destination.Rows}x{destination.Columns}.");
        MemoryTraffic.Add(2L * Rows * Columns);
        for (int j = 0; j < Columns; j++) Column(j).CopyTo(destination.Column(j));
    }

    /// <summary>Copies every element (i, j) to (j, i) of a view that shares no element with this one.</summary>
    /// <exception cref="ArgumentException">The destination has not the transposed shape.</exception>
    public unsafe void CopyTransposedTo(in MatrixView destination)
    {
        if (destination.Rows != Columns || destination.Columns != Rows)
            throw new ArgumentException($"Cannot copy the transpose of {Rows}x{Columns} into {destination.Rows}x{destination.Columns}.");
        if (Rows == 0 || Columns == 0) return;
        MemoryTraffic.Add(2L * Rows * Columns);
        fixed (double* source = &Array[Offset], target = &destination.Array[destination.Offset])
            Managed.BlockTranspose.Run(source, LeadingDimension, target, destination.LeadingDimension, Columns, Rows);
    }

    /// <summary>The storage of a MathNet dense matrix, shared, not copied.</summary>
    public static implicit operator MatrixView(DenseMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return new(matrix.Values, matrix.RowCount, matrix.ColumnCount);
    }

    /// <summary>A copy as a MathNet dense matrix.</summary>
    public DenseMatrix ToMatrix()
    {
        var matrix = new DenseMatrix(Rows, Columns);
        CopyTo(matrix);
        return matrix;
    }
}
