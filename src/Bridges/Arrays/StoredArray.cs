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
    private readonly SpooledBytes? _held, _rows;
    private readonly ArrayLayout _layout;

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
        long span = layout.Span * element.Size;
        bool hasRuns = layout.Strides[^1] == 1 && layout.Extents[^1] * element.Size >= ShortestRun;
        // Few bytes may stand for very many elements, so it is they that are held. Many are laid out as rows, unless the rows would be many times as many.
        if (span <= SpooledBytes.MostHeld) _held = new(span, sink => Copy(storage, span, sink), scratch);
        else if (!hasRuns && layout.Count <= 2 * layout.Span)
            _rows = new(layout.Count * element.Size, sink => new RowMajorCopy(layout, element.Size, storage).Make(sink), scratch, storage);
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
        else ReadRuns(first, bytes, _held is null ? null : _held.Held());
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

    /// <summary>Reads what follows along the last axis, row by row, from the file or from what is held of it.</summary>
    private void ReadRuns(long first, Span<byte> bytes, byte[]? held)
    {
        int size = Element.Size;
        var (extents, strides) = (_layout.Extents, _layout.Strides);
        long run = extents[^1], stride = strides[^1];
        while (bytes.Length > 0)
        {
            var (row, column) = Math.DivRem(first, run);
            long offset = column * stride;
            for (int d = extents.Length - 2; d >= 0; d--)
            {
                (row, long index) = Math.DivRem(row, extents[d]);
                offset += index * strides[d];
            }
            int count = (int)Math.Min(run - column, bytes.Length / size);
            for (int i = 0; i < count;)
            {
                int together = stride == 1 ? count : 1;
                var part = bytes.Slice(i * size, together * size);
                long at = (offset + i * stride) * size;
                if (held is null) _storage.Read(at, part);
                else held.AsSpan((int)at, part.Length).CopyTo(part);
                i += together;
            }
            bytes = bytes[(count * size)..];
            first += count;
        }
    }

    private static void Copy(ByteSource storage, long length, SpooledBytes.Sink sink)
    {
        var piece = new byte[Math.Min(length, 1 << 16)];
        for (long at = 0; at < length; at += piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, length - at));
            storage.Read(at, part);
            sink(part);
        }
    }
}
