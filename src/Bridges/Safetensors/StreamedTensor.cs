namespace KernelFlow;

/// <summary>Supplies elements [first, first + destination.Length) of a flat row-major tensor.</summary>
/// <param name="first">Flat index of the first element wanted.</param>
/// <param name="destination">To be filled completely.</param>
public delegate void TensorFill(long first, Span<double> destination);

/// <summary>A tensor whose elements are computed when they are asked for, so it need not be in memory; also the way to record integers and masks.</summary>
/// <remarks><see cref="SafetensorsWriter"/> asks for each element once, in order, in blocks of whole rows (the last axis), as long as a row has at most 2²²
/// elements.</remarks>
public sealed class StreamedTensor : TensorSource
{
    private readonly TensorFill _fill;

    /// <summary>Makes a tensor from a function.</summary>
    /// <param name="name">Its name in the run format.</param>
    /// <param name="type">The type to store it in.</param>
    /// <param name="shape">Extents, outermost first; empty for a scalar.</param>
    /// <param name="fill">Supplies the elements; must be thread-safe if the tensor is read from several threads.</param>
    public StreamedTensor(string name, StorageType type, IReadOnlyList<long> shape, TensorFill fill) : base(name, "memory", shape, type)
    {
        ArgumentNullException.ThrowIfNull(fill);
        _fill = fill;
    }

    /// <summary>A vector of integers, such as <c>batch</c>; magnitudes up to 2⁵³.</summary>
    public static StreamedTensor Integers(string name, IReadOnlyList<long> values)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(values);
        return Vector(name, StorageType.Int64, values, v => v);
    }

    /// <summary>One integer, such as <c>sketch</c>; magnitude up to 2⁵³.</summary>
    public static StreamedTensor Integer(string name, long value)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(name, StorageType.Int64, [], (_, destination) => destination.Fill(value));
    }

    /// <summary>A mask, such as <c>noise_mask_S</c>.</summary>
    public static StreamedTensor Booleans(string name, IReadOnlyList<bool> values)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(values);
        return Vector(name, StorageType.Boolean, values, v => v ? 1 : 0);
    }

    /// <inheritdoc/>
    protected override void ReadCore(long first, Span<double> destination) => _fill(first, destination);

    private static StreamedTensor Vector<T>(string name, StorageType type, IReadOnlyList<T> values, Func<T, double> convert) =>
        new(name, type, [values.Count], (first, destination) =>
        {
            for (int i = 0; i < destination.Length; i++) destination[i] = convert(values[(int)first + i]);
        });
}
