using System.Runtime.InteropServices;

namespace KernelFlow.Bridges;

/// <summary>An array in a file: its elements in row-major order, whatever order they are stored in, as little-endian bytes or as numbers.</summary>
internal sealed class StoredArray
{
    // What is read at a time stays in the processor's cache until it is converted.
    private const int Piece = 1 << 14;

    // A row that is shorter is not worth to ask the system for.
    private const int ShortestRun = 512;

    private readonly ByteSource _storage;
    private readonly SpooledBytes? _rows;
    private readonly ArrayLayout _layout;
    private readonly bool _hasRuns;

    /// <summary>Makes an array.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Extents, outermost first.</param>
    /// <param name="element">What its elements are stored as.</param>
    /// <param name="layout">Where they lie, from the first byte of <paramref name="storage"/> on.</param>
    /// <param name="storage">The bytes.</param>
    /// <param name="scratch">Receives the rows of a large array that is stored in another order.</param>
    public StoredArray(string name, IReadOnlyList<long> shape, ElementType element, ArrayLayout layout, ByteSource storage, SharedScratch scratch)
    {
        (Name, Shape, Element, _layout, _storage) = (name, shape, element, layout, storage);
        if (layout.IsContiguous) return;
        _hasRuns = layout.Strides[^1] == 1 && layout.Extents[^1] * element.Size >= ShortestRun;
        if (!_hasRuns) _rows = new(layout.Count * element.Size, sink => new RowMajorCopy(layout, element.Size, storage).Make(sink), scratch, storage);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Extents, outermost first.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>What its elements are stored as.</summary>
    public ElementType Element { get; }

    /// <summary>Reads elements [first, first + n) of the flat row-major array as little-endian bytes; n is what fits into <paramref name="bytes"/>.</summary>
    public void ReadBytes(long first, Span<byte> bytes)
    {
        int size = Element.Size;
        if (bytes.IsEmpty) return;
        if (_layout.IsContiguous) _storage.Read(first * size, bytes);
        else if (_rows is not null) _rows.Read(first * size, bytes);
        else ReadRuns(first, bytes);
        Element.ToLittleEndian(bytes);
    }

    /// <summary>Reads elements [first, first + n) of the flat row-major array as numbers.</summary>
    /// <param name="first">The first.</param>
    /// <param name="destination">To be filled completely.</param>
    /// <param name="location">The file, for messages.</param>
    /// <exception cref="InvalidRunException">A truth value is neither 0 nor 1.</exception>
    public void Read(long first, Span<double> destination, string location)
    {
        var type = Element.Type!.Value;
        for (; destination.Length > 0; first += Piece)
        {
            var piece = destination[..Math.Min(type == StorageType.Float64 ? destination.Length : Piece, destination.Length)];
            // Into the end of the piece, and widened from its front: no element is stored in more bytes than a float64.
            ReadBytes(first, MemoryMarshal.AsBytes(piece)[^(piece.Length * Element.Size)..]);
            ElementConversion.Widen(type, piece);
            if (type == StorageType.Boolean) TruthValues.Require(piece, first, location, Name);
            destination = destination[piece.Length..];
        }
    }

    private void ReadRuns(long first, Span<byte> bytes)
    {
        int size = Element.Size;
        long run = _layout.Extents[^1];
        while (bytes.Length > 0)
        {
            var (row, column) = Math.DivRem(first, run);
            long offset = column;
            for (int d = _layout.Extents.Length - 2; d >= 0; d--)
            {
                (row, long index) = Math.DivRem(row, _layout.Extents[d]);
                offset += index * _layout.Strides[d];
            }
            int count = (int)Math.Min(run - column, bytes.Length / size);
            _storage.Read(offset * size, bytes[..(count * size)]);
            bytes = bytes[(count * size)..];
            first += count;
        }
    }
}
