namespace KernelFlow.Bridges;

/// <summary>Where the elements of an array lie in its storage: extents and strides, outermost first, without axes that say nothing.</summary>
/// <remarks>Axes of one element are dropped, and an axis whose elements are whole runs of the next is one with it: so an array whose elements follow each other
/// has one axis, or none.</remarks>
internal sealed class ArrayLayout
{
    private ArrayLayout(long count, long[] extents, long[] strides)
    {
        (Count, Extents, Strides) = (count, extents, strides);
        Span = 1;
        for (int d = 0; d < extents.Length; d++) Span += (extents[d] - 1) * strides[d];
        if (count == 0) Span = 0;
    }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>Extents of the axes, each more than one.</summary>
    public long[] Extents { get; }

    /// <summary>Elements from one to the next along each axis; 0 where all are the same.</summary>
    public long[] Strides { get; }

    /// <summary>Elements of storage from the first to the last of the array.</summary>
    public long Span { get; }

    /// <summary>Whether the elements follow each other in the storage as they do in the array.</summary>
    public bool IsContiguous => Count == 0 || Extents.Length == 0 || (Extents.Length == 1 && Strides[0] == 1);

    /// <summary>The layout; null when the number of bytes does not fit into 64 bits.</summary>
    /// <param name="shape">Extents, at least 0.</param>
    /// <param name="strides">Strides, at least 0; null for the one where elements follow each other, the last index running fastest.</param>
    /// <param name="firstFastest">Without strides: whether the first index runs fastest (Fortran order).</param>
    public static ArrayLayout? Of(IReadOnlyList<long> shape, IReadOnlyList<long>? strides = null, bool firstFastest = false)
    {
        const int Widest = 16;
        Int128 count = 1, span = 1;
        // An empty array has a size too, that of its other axes: NumPy refuses the same.
        foreach (long extent in shape)
            if (extent > 0 && (count *= extent) > long.MaxValue / Widest) return null;
        if (shape.Contains(0)) return new(0, [], []);
        var steps = new long[shape.Count];
        Int128 dense = 1;
        for (int i = 0; i < steps.Length; i++)
        {
            int d = firstFastest ? i : steps.Length - 1 - i;
            steps[d] = strides?[d] ?? (long)dense;
            dense *= shape[d];
            if ((span += (Int128)(shape[d] - 1) * steps[d]) > long.MaxValue / Widest) return null;
        }
        var (extents, merged) = (new List<long>(), new List<long>());
        for (int d = steps.Length - 1; d >= 0; d--)
        {
            if (shape[d] == 1) continue;
            if (extents.Count > 0 && steps[d] == merged[0] * extents[0]) extents[0] *= shape[d];
            else
            {
                extents.Insert(0, shape[d]);
                merged.Insert(0, steps[d]);
            }
        }
        return new((long)count, [.. extents], [.. merged]);
    }
}
