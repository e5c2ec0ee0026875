namespace KernelFlow.Bridges;

/// <summary>The elements of an array in row-major order, made from a storage in which they stand in another: piece by piece, each gathered in the order of the
/// storage.</summary>
internal sealed class RowMajorCopy(ArrayLayout layout, int size, ByteSource storage)
{
    // Pieces of rows are gathered; the longer they are, the longer are the runs of storage that each reads.
    private const int PieceBytes = 16 << 20;

    // Of a run, that many bytes are read to pick elements from.
    private const int RunBytes = 1 << 18;

    private readonly WindowReader _window = new(storage);
    private readonly byte[] _run = new byte[RunBytes];

    /// <summary>Makes the copy.</summary>
    public void Make(SpooledBytes.Sink sink)
    {
        // The axes from `split` on fit into a piece whole; that before it is taken in parts, those before that one index at a time.
        int split = layout.Extents.Length;
        long inner = 1;
        while (split > 0 && inner * layout.Extents[split - 1] * size <= PieceBytes) inner *= layout.Extents[--split];
        long part = split == 0 ? 1 : PieceBytes / (inner * size), extent = split == 0 ? 1 : layout.Extents[split - 1];
        var piece = new byte[Math.Min(part, extent) * inner * size];
        long[] extents = split == 0 ? layout.Extents : [0, .. layout.Extents[split..]], strides = layout.Strides[Math.Max(0, split - 1)..];
        long outer = 1;
        for (int d = 0; d < split - 1; d++) outer *= layout.Extents[d];
        for (long index = 0; index < outer; index++)
        {
            long start = 0, rest = index;
            for (int d = split - 2; d >= 0; d--)
            {
                (rest, long i) = Math.DivRem(rest, layout.Extents[d]);
                start += i * layout.Strides[d];
            }
            for (long first = 0; first < extent; first += part)
            {
                long count = Math.Min(part, extent - first);
                if (split > 0) extents[0] = count;
                var bytes = piece.AsSpan(0, (int)(count * inner * size));
                Gather(start + (split > 0 ? first * strides[0] : 0), extents, strides, bytes);
                sink(bytes);
            }
        }
    }

    /// <summary>One piece, whose axes are given: all runs along the axis of the smallest stride, in the order of the storage.</summary>
    private void Gather(long start, long[] extents, long[] strides, Span<byte> bytes)
    {
        int n = extents.Length;
        var target = new long[n];
        for (int d = n - 1, step = 1; d >= 0; d--)
        {
            target[d] = step;
            step *= (int)extents[d];
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(d => strides[d] == 0 ? long.MaxValue : strides[d])];
        int along = order[^1];
        var index = new long[n];
        while (true)
        {
            long from = start, to = 0;
            for (int d = 0; d < n; d++)
            {
                from += index[d] * strides[d];
                to += index[d] * target[d];
            }
            Run(from, strides[along], extents[along], bytes, to, target[along]);
            int axis = n - 2;
            while (axis >= 0 && ++index[order[axis]] == extents[order[axis]]) index[order[axis--]] = 0;
            if (axis < 0) return;
        }
    }

    private void Run(long from, long stride, long count, Span<byte> bytes, long to, long step)
    {
        // As many elements at a time as their stretch of storage fits; far apart, each alone.
        int together = stride == 0 ? 1 : (int)Math.Clamp((RunBytes / size - 1) / stride + 1, 1, count);
        for (long i = 0; i < count; i += together)
        {
            int elements = (int)Math.Min(together, count - i);
            var stretch = _run.AsSpan(0, (int)(((elements - 1) * stride + 1) * size));
            if (stride != 0 || i == 0) _window.Read((from + i * stride) * size, stretch);
            for (int e = 0; e < elements; e++)
                stretch.Slice((int)(e * stride) * size, size).CopyTo(bytes[(int)((to + (i + e) * step) * size)..]);
        }
    }
}
