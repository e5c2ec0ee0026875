namespace KernelFlow.Numerics.Native;

/// <summary>Matrices for the checks of routines: windows with an offset and a leading dimension larger than their rows, NaN around them, so that a routine
/// that reads or writes beside its operand is seen.</summary>
internal static class CheckMatrix
{
    private const int Pad = 3;

    /// <summary>A window that holds NaN.</summary>
    public static MatrixView New(int rows, int columns)
    {
        int ld = rows + Pad;
        var storage = new double[Pad + ld * columns];
        Array.Fill(storage, double.NaN);
        return new MatrixView(storage, Pad, rows, columns, ld);
    }

    /// <summary>Numbers in [-1, 1] that look random and are always the same.</summary>
    public static MatrixView Filled(int rows, int columns, int seed)
    {
        var matrix = New(rows, columns);
        uint state = 2654435761u * (uint)(seed + 1);
        for (int j = 0; j < columns; j++)
        {
            var column = matrix.Column(j);
            for (int i = 0; i < rows; i++)
            {
                state = 1664525 * state + 1013904223;
                column[i] = state / 2147483647.5 - 1;
            }
        }
        return matrix;
    }

    /// <summary>The same elements in a window of their own.</summary>
    public static MatrixView Copy(in MatrixView a)
    {
        var copy = New(a.Rows, a.Columns);
        a.CopyTo(copy);
        return copy;
    }

    /// <summary>factor·A + shift·I, by its elements.</summary>
    public static MatrixView Shifted(double factor, in MatrixView a, double shift)
    {
        var result = New(a.Rows, a.Columns);
        for (int j = 0; j < a.Columns; j++)
        {
            for (int i = 0; i < a.Rows; i++) result[i, j] = factor * a[i, j] + (i == j ? shift : 0);
        }
        return result;
    }

    /// <summary>The mean of a square matrix and its transpose.</summary>
    public static MatrixView Symmetric(in MatrixView a)
    {
        var result = New(a.Rows, a.Columns);
        for (int j = 0; j < a.Columns; j++)
        {
            for (int i = 0; i < a.Rows; i++) result[i, j] = (a[i, j] + a[j, i]) / 2;
        }
        return result;
    }

    /// <summary>The largest distance of two elements; NaN if one of them is not a number, infinite if something was written beside the window.</summary>
    public static double Distance(in MatrixView found, in MatrixView expected)
    {
        double largest = 0;
        for (int j = 0; j < found.Columns; j++)
        {
            ReadOnlySpan<double> x = found.Column(j), y = expected.Column(j);
            for (int i = 0; i < x.Length; i++)
            {
                double distance = Math.Abs(x[i] - y[i]);
                if (double.IsNaN(distance)) return double.NaN;
                largest = Math.Max(largest, distance);
            }
        }
        return SurroundingsUntouched(found) ? largest : double.PositiveInfinity;
    }

    private static bool SurroundingsUntouched(in MatrixView a)
    {
        for (int i = 0; i < a.Offset; i++)
        {
            if (!double.IsNaN(a.Array[i])) return false;
        }
        for (int j = 0; j < a.Columns; j++)
        {
            for (int i = a.Rows; i < a.LeadingDimension; i++)
            {
                if (!double.IsNaN(a.Array[a.Offset + i + j * a.LeadingDimension])) return false;
            }
        }
        return true;
    }
}
