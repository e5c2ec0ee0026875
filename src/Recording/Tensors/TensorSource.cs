using System.Buffers;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>The element type a tensor is stored in; values are always handed out as float64.</summary>
public enum StorageType
{
    /// <summary>IEEE binary16, half precision.</summary>
    Float16,

    /// <summary>bfloat16: the upper half of a float32.</summary>
    BFloat16,

    /// <summary>IEEE binary32, single precision.</summary>
    Float32,

    /// <summary>IEEE binary64, double precision.</summary>
    Float64,

    /// <summary>Signed 64-bit integer (batch membership, sketch size).</summary>
    Int64,

    /// <summary>One byte, 0 or 1 (masks).</summary>
    Boolean,

    /// <summary>Signed 32-bit integer: what JAX makes of integers unless it is told otherwise.</summary>
    Int32,

    /// <summary>Unsigned 8-bit integer: masks as some libraries store them.</summary>
    UInt8,

    /// <summary>Signed 8-bit integer.</summary>
    Int8,

    /// <summary>Signed 16-bit integer.</summary>
    Int16,

    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64,
}

/// <summary>Facts about storage types.</summary>
public static class StorageTypes
{
    /// <summary>Unit roundoff gap ε (distance from 1 to the next number) of the stored type; 0 for integers.</summary>
    public static double Epsilon(this StorageType type) => type switch
    {
        StorageType.Float16 => Math.ScaleB(1, -10),
        StorageType.BFloat16 => Math.ScaleB(1, -7),
        StorageType.Float32 => Math.ScaleB(1, -23),
        StorageType.Float64 => Tolerances.Epsilon,
        _ => 0,
    };

    /// <summary>Bytes per element.</summary>
    public static int Size(this StorageType type) => type switch
    {
        StorageType.Float16 or StorageType.BFloat16 or StorageType.Int16 or StorageType.UInt16 => 2,
        StorageType.Float32 or StorageType.Int32 or StorageType.UInt32 => 4,
        StorageType.Boolean or StorageType.UInt8 or StorageType.Int8 => 1,
        _ => 8,
    };
}

/// <summary>A named tensor that is read piece by piece, from a file or from an array in memory. Row-major; values come out as float64.</summary>
/// <remarks>Thread-safe for concurrent reads. Nothing is held between calls, so a tensor larger than memory works.</remarks>
public abstract class TensorSource
{
    private const int PieceElements = 1 << 14;
    private static readonly ThreadBudget s_alone = new(0);

    /// <summary>Sets the facts that every source has.</summary>
    protected TensorSource(string name, string location, IReadOnlyList<long> shape, StorageType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(location);
        ArgumentNullException.ThrowIfNull(shape);
        Name = name;
        Location = location;
        Shape = shape;
        Type = type;
        long count = 1;
        foreach (long extent in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extent, nameof(shape));
            if (extent > 0 && count > long.MaxValue / extent)
                throw new ArgumentException($"{name}: shape {ShapeText} has more elements than a file can have bytes.", nameof(shape));
            count *= extent;
        }
        Count = count;
    }

    /// <summary>The tensor's name in the run format: "J_S", "K_QS", "U_S" and so on.</summary>
    public string Name { get; }

    /// <summary>Where it comes from, for messages: the file's path, or "memory".</summary>
    public string Location { get; }

    /// <summary>Extents, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The stored element type.</summary>
    public StorageType Type { get; }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>The extents as text: "[24, 529]".</summary>
    public string ShapeText => "[" + string.Join(", ", Shape) + "]";

    /// <summary>Reads elements [first, first + destination.Length) of the flat row-major tensor.</summary>
    /// <exception cref="InvalidRunException">An element is NaN or infinite; the message names file, tensor and index.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches outside the tensor.</exception>
    public void Read(long first, Span<double> destination)
    {
        if (first < 0 || first > Count - destination.Length)
            throw new ArgumentOutOfRangeException(nameof(first), $"{Location}: {Name}: elements [{first}, {first + destination.Length}) of {Count}.");
        ReadCore(first, destination);
        RequireFinite(first, destination);
    }

    /// <summary>The same in single precision, rounded where a number was stored in more.</summary>
    /// <param name="first">The first element.</param>
    /// <param name="destination">Receives the elements from there on.</param>
    /// <exception cref="InvalidRunException">An element is NaN or infinite; the message names file, tensor and index.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches outside the tensor.</exception>
    public void ReadSingles(long first, Span<float> destination)
    {
        if (first < 0 || first > Count - destination.Length)
            throw new ArgumentOutOfRangeException(nameof(first), $"{Location}: {Name}: elements [{first}, {first + destination.Length}) of {Count}.");
        ReadSinglesCore(first, destination);
        if (SingleRoutines.AllFinite(destination)) return;
        for (int i = 0; i < destination.Length; i++)
            if (!float.IsFinite(destination[i])) throw NotFinite(first + i, destination[i]);
    }

    /// <summary>Core of <see cref="ReadSingles"/>: by way of float64, unless the numbers are stored in single precision.</summary>
    /// <param name="first">The first element; the range is valid.</param>
    /// <param name="destination">Receives the elements.</param>
    protected virtual void ReadSinglesCore(long first, Span<float> destination)
    {
        double[] buffer = ArrayPool<double>.Shared.Rent(Math.Min(PieceElements, destination.Length));
        try
        {
            for (int done = 0; done < destination.Length; done += PieceElements)
            {
                int count = Math.Min(PieceElements, destination.Length - done);
                ReadCore(first + done, buffer.AsSpan(0, count));
                SingleRoutines.Narrow(buffer.AsSpan(0, count), destination.Slice(done, count));
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(buffer);
        }
    }

    /// <summary>Refuses numbers that are not finite.</summary>
    /// <param name="first">The element that the first of them is.</param>
    /// <param name="values">The elements from there on.</param>
    /// <exception cref="InvalidRunException">One is NaN or infinite; the message names file, tensor and index.</exception>
    private protected void RequireFinite(long first, ReadOnlySpan<double> values)
    {
        if (VectorRoutines.AllFinite(values)) return;
        for (int i = 0; i < values.Length; i++)
            if (!double.IsFinite(values[i])) throw NotFinite(first + i, values[i]);
    }

    /// <summary>All elements, flat and row-major.</summary>
    /// <exception cref="InvalidRunException">There are more than one array holds, or one is NaN or infinite.</exception>
    public double[] ReadAll()
    {
        if (Count > Array.MaxLength)
            throw new InvalidRunException(
                $"{Location}: {Name}: found {Count} elements of shape {ShapeText}, expected at most {Array.MaxLength}, which is what one array can hold.");
        var values = new double[Count];
        Read(0, values);
        return values;
    }

    /// <summary>Reads columns [firstColumn, firstColumn + block.Rows) of the tensor seen as a matrix of <c>block.Columns</c> rows, <i>transposed</i>:
    /// column r of <paramref name="block"/> is the piece of row r. So each piece is contiguous on both sides and nothing is scattered.</summary>
    public void ReadTransposed(long firstColumn, in MatrixView block)
    {
        if (block.Columns == 0) return;
        long width = Count / block.Columns;
        if (width * block.Columns != Count || firstColumn < 0 || firstColumn > width - block.Rows)
            throw new ArgumentOutOfRangeException(nameof(firstColumn),
                $"{Location}: {Name} {ShapeText}: columns [{firstColumn}, {firstColumn + block.Rows}) of a matrix of {block.Columns} rows.");
        ReadTransposedCore(firstColumn, block);
    }

    /// <summary>Reads columns, transposed; the range is valid and numbers that are not finite are still to be refused. Each row on its own, unless the source
    /// knows better.</summary>
    /// <param name="firstColumn">The first of the columns.</param>
    /// <param name="block">Receives them; column r is the piece of row r.</param>
    protected virtual void ReadTransposedCore(long firstColumn, in MatrixView block)
    {
        long width = Count / block.Columns;
        if (width == block.Rows && block.LeadingDimension == block.Rows)
        {
            // Whole rows, one after the other on both sides.
            Read(0, block.Array.AsSpan(block.Offset, (int)Count));
            return;
        }
        if (width != block.Rows)
        {
            for (int r = 0; r < block.Columns; r++) Read(r * width + firstColumn, block.Column(r));
            return;
        }
        ReadMatrix(block, true, s_alone);
    }

    /// <summary>Reads the whole tensor as a matrix of <c>matrix.Rows</c> × <c>matrix.Columns</c>.</summary>
    public void ReadMatrix(in MatrixView matrix) => ReadMatrix(matrix, false, s_alone);

    /// <summary>The same by several threads, or transposed: row by row as it lies there.</summary>
    /// <param name="matrix">Receives the tensor.</param>
    /// <param name="transposed">Whether column r of <paramref name="matrix"/> receives row r.</param>
    /// <param name="spare">Threads that may read beside this one.</param>
    public void ReadMatrix(in MatrixView matrix, bool transposed, ThreadBudget spare)
    {
        ArgumentNullException.ThrowIfNull(spare);
        if ((long)matrix.Rows * matrix.Columns != Count)
            throw new ArgumentException($"{Location}: {Name} {ShapeText} does not have {matrix.Rows}x{matrix.Columns} elements.");
        if (Count == 0) return;
        int count = transposed ? matrix.Columns : matrix.Rows, width = transposed ? matrix.Rows : matrix.Columns;
        // Several rows at a time: a row of a small matrix is less than it is worth to ask the system for.
        int together = Math.Clamp(PieceElements / width, 1, count);
        int pieces = (count + together - 1) / together;
        var work = new RowPieces(this, matrix, transposed, count, width, together);
        try
        {
            SharedColumns.Run(spare, pieces, Count, work);
        }
        catch (InvalidRunException) when (spare.Capacity > 0)
        {
            // Of several numbers that are not sound the first is told, whichever thread came upon one.
            work.Run(0, pieces);
            throw;
        }
    }

    // Rows stand in the columns of a buffer that was used before: those of a large matrix would gather until the garbage collector comes.
    private readonly struct RowPieces(TensorSource tensor, MatrixView target, bool transposed, int count, int width, int together) : IColumnWork
    {
        public void Run(int first, int last)
        {
            double[] buffer = ArrayPool<double>.Shared.Rent(together * width);
            try
            {
                for (int row = first * together; row < Math.Min(count, last * together); row += together)
                {
                    int here = Math.Min(together, count - row);
                    tensor.Read((long)row * width, buffer.AsSpan(0, here * width));
                    var rows = new MatrixView(buffer, width, here);
                    if (transposed) rows.CopyTo(target.ColumnRange(row, here));
                    else rows.CopyTransposedTo(target.Slice(row, 0, here, width));
                }
            }
            finally
            {
                ArrayPool<double>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Reads without any check; the range is valid.</summary>
    protected abstract void ReadCore(long first, Span<double> destination);

    private InvalidRunException NotFinite(long index, double value)
    {
        var position = new long[Shape.Count];
        for (int d = Shape.Count - 1; d >= 0; d--) (index, position[d]) = Math.DivRem(index, Shape[d]);
        string text = double.IsNaN(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
        return new InvalidRunException($"{Location}: {Name}: found {text} at index [{string.Join(", ", position)}], expected finite numbers.");
    }
}
