namespace KernelFlow;

/// <summary>One tensor as a safetensors header describes it.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Dtype">The element type as the header names it: "F16", "BF16", "F32", "F64", "I64", "I32", "U8", "BOOL", or one that this version cannot
/// read.</param>
/// <param name="Shape">Extents, outermost first; empty for a scalar.</param>
/// <param name="Begin">First byte of its data, counted from the end of the header.</param>
/// <param name="End">One past its last byte, counted from the end of the header.</param>
public sealed record SafetensorsEntry(string Name, string Dtype, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>The stored type, or null when this version does not read <see cref="Dtype"/>.</summary>
    public StorageType? Type => Bridges.Dtypes.Parse(Dtype);
}
