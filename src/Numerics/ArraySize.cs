namespace KernelFlow.Numerics;

/// <summary>Sizes of matrices, which are one array each, as numbers that fit.</summary>
public static class ArraySize
{
    /// <summary>rows × columns.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <exception cref="ArgumentException">One array cannot hold so many; the message names the limit and what can be done.</exception>
    public static int Of(long rows, long columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (rows == 0 || columns <= Array.MaxLength / rows) return (int)(rows * columns);
        throw new ArgumentException(FormattableString.Invariant($"A matrix of {rows} x {columns} numbers is larger than the {Array.MaxLength} that one array ")
            + "can hold: use fewer examples, outputs or parameters, or apply the operator without forming it (docs/matrix-free.md).");
    }
}
