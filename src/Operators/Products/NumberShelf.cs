using System.Buffers;
using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Part of a tensor: all of it, or some columns of a matrix with one row for every output.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="FirstColumn">The first column.</param>
/// <param name="Columns">How many; 0 for all of the tensor, flat.</param>
internal readonly record struct TensorPart(TensorSource Tensor, long FirstColumn, int Columns)
{
    /// <summary>How many numbers it has.</summary>
    public long Count(long rows) => Columns == 0 ? Tensor.Count : rows * Columns;
}

/// <summary>Recorded numbers that are wanted again and again, kept as long as they fit under the ceiling and read otherwise; safe from several
/// threads.</summary>
/// <remarks>What lies here and belongs to the interval at hand is not given up for other parts of that interval: where an interval does not fit, a part of it
/// is kept, rather than each part driven out by the next.</remarks>
internal sealed class NumberShelf(MemoryAccount account)
{
    /// <summary>Columns of a matrix lie in tiles of so many, each row by row: what is used together is read in one stream.</summary>
    public const int TileColumns = 128;

    private readonly Dictionary<TensorPart, Place> _places = [];
    private readonly Lock _gate = new();
    private long _clock, _givenUp;

    public MemoryAccount Account => account;

    // Arrays that were given up stay in memory until the runtime looks for them, which it does the later, the more is held: it is told of so much, and of
    // less it is left to itself.
    private const long LeastGarbage = 32L << 20;

    private long Garbage => Math.Max(LeastGarbage, account.Ceiling.Bytes / 8);

    // For vectors and for what is read piece by piece.
    private long Left => account.Ceiling == MemoryCeiling.None ? 0 : account.Ceiling.Bytes / 4;

    /// <summary>The numbers of a part, read if there is room for them; none where there is not.</summary>
    /// <param name="part">The part.</param>
    /// <param name="rows">Rows of the tensor seen as a matrix.</param>
    /// <param name="wanted">Whether a tensor belongs to the interval at hand.</param>
    public Numbers Find(TensorPart part, long rows, IReadOnlySet<TensorSource> wanted)
    {
        lock (_gate) return FindHere(part, rows, wanted);
    }

    private Numbers FindHere(TensorPart part, long rows, IReadOnlySet<TensorSource> wanted)
    {
        if (_places.TryGetValue(part, out var place))
        {
            place.Used = ++_clock;
            return place.Numbers;
        }
        long count = part.Count(rows), bytes = Numbers.Bytes(part.Tensor, count);
        if (count > Array.MaxLength || !MakeRoom(bytes, wanted)) return default;
        var numbers = Make(part.Tensor, count);
        try
        {
            Read(part, rows, 0, count, numbers);
        }
        catch
        {
            account.Return(bytes);
            throw;
        }
        _places.Add(part, new Place(numbers, bytes) { Used = ++_clock });
        return numbers;
    }

    /// <summary>An array for numbers of a tensor.</summary>
    public static Numbers Make(TensorSource tensor, long count) =>
        Numbers.AreSingles(tensor) ? new(new float[count], null, 0) : new(null, new double[count], 0);

    /// <summary>Reads numbers [first, first + count) of a part to the beginning of an array; of columns always all.</summary>
    public static void Read(TensorPart part, long rows, long first, long count, in Numbers target)
    {
        if (part.Columns > 0) ReadColumns(part, rows, target);
        else if (target.Singles is { } singles) part.Tensor.ReadSingles(first, singles.AsSpan(0, (int)count));
        else part.Tensor.Read(first, target.Doubles.AsSpan(0, (int)count));
    }

    // Tile by tile of the columns, each row by row. A factored Jacobian is expanded for all rows at once.
    private static void ReadColumns(TensorPart part, long rows, in Numbers target)
    {
        int width = part.Columns;
        bool expanded = part.Tensor is FactoredJacobian;
        double[] buffer = ArrayPool<double>.Shared.Rent(ArraySize.Of(expanded ? rows : 1, width));
        float[] singles = ArrayPool<float>.Shared.Rent(width);
        long all = part.Tensor.Count / rows;
        try
        {
            if (expanded) part.Tensor.ReadTransposed(part.FirstColumn, new MatrixView(buffer, width, (int)rows));
            for (int row = 0; row < rows; row++)
            {
                var values = buffer.AsSpan(expanded ? row * width : 0, width);
                if (target.Singles is not null) part.Tensor.ReadSingles(row * all + part.FirstColumn, singles.AsSpan(0, width));
                else if (!expanded) part.Tensor.Read(row * all + part.FirstColumn, values);
                for (int first = 0; first < width; first += TileColumns)
                {
                    int columns = Math.Min(TileColumns, width - first), at = (int)(first * rows + (long)row * columns);
                    if (target.Singles is { } place) singles.AsSpan(first, columns).CopyTo(place.AsSpan(at));
                    else values.Slice(first, columns).CopyTo(target.Doubles.AsSpan(at));
                }
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(buffer);
            ArrayPool<float>.Shared.Return(singles);
        }
    }

    // Gives up what was not used for longest, unless it belongs to the interval at hand.
    private bool MakeRoom(long bytes, IReadOnlySet<TensorSource> wanted)
    {
        if (account.TryTake(bytes, Left)) return true;
        var idle = _places.Where(p => !wanted.Contains(p.Key.Tensor)).OrderBy(p => p.Value.Used).ToArray();
        if (idle.Sum(p => p.Value.Bytes) + account.Free - Left < bytes) return false;
        foreach (var (part, place) in idle)
        {
            _places.Remove(part);
            account.Return(place.Bytes);
            _givenUp += place.Bytes;
            if (!account.TryTake(bytes, Left)) continue;
            Collect();
            return true;
        }
        return false;
    }

    private void Collect()
    {
        if (_givenUp < Garbage) return;
        _givenUp = 0;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
    }

    private sealed class Place(Numbers numbers, long bytes)
    {
        public Numbers Numbers => numbers;

        public long Bytes => bytes;

        public long Used { get; set; }
    }
}
