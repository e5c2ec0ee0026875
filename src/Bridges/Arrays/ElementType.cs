namespace KernelFlow.Bridges;

/// <summary>What the elements of an array are stored as.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Size">Bytes per element.</param>
/// <param name="Type">The type that values of it are read as; null for one that no tensor of a run can have, such as complex numbers.</param>
/// <param name="BigEndian">Whether the first byte of a number is its most significant one.</param>
internal sealed record ElementType(string Name, int Size, StorageType? Type, bool BigEndian = false)
{
    /// <summary>Bytes of one number; a complex element has two.</summary>
    public int NumberSize => IsComplex ? Size / 2 : Size;

    private bool IsComplex => Name.StartsWith("complex", StringComparison.Ordinal);

    /// <summary>The type of that name, little-endian, as NumPy and PyTorch call it; null when there is none.</summary>
    public static ElementType? Find(string name) => name switch
    {
        "float16" => new(name, 2, StorageType.Float16),
        "bfloat16" => new(name, 2, StorageType.BFloat16),
        "float32" => new(name, 4, StorageType.Float32),
        "float64" => new(name, 8, StorageType.Float64),
        "int64" => new(name, 8, StorageType.Int64),
        "int32" => new(name, 4, StorageType.Int32),
        "int16" => new(name, 2, StorageType.Int16),
        "int8" => new(name, 1, StorageType.Int8),
        "uint64" => new(name, 8, StorageType.UInt64),
        "uint32" => new(name, 4, StorageType.UInt32),
        "uint16" => new(name, 2, StorageType.UInt16),
        "uint8" => new(name, 1, StorageType.UInt8),
        "bool" => new(name, 1, StorageType.Boolean),
        "complex64" => new(name, 8, null),
        "complex128" => new(name, 16, null),
        _ => null,
    };

    /// <summary>Turns numbers of this byte order into little-endian ones and back.</summary>
    public void ToLittleEndian(Span<byte> elements)
    {
        if (!BigEndian || NumberSize == 1) return;
        for (int i = 0; i < elements.Length; i += NumberSize) elements.Slice(i, NumberSize).Reverse();
    }
}
