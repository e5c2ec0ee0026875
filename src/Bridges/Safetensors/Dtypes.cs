namespace KernelFlow.Bridges;

/// <summary>Element types by their names in safetensors.</summary>
internal static class Dtypes
{
    /// <summary>The types that can be read, as messages list them.</summary>
    public const string Readable = "F16, BF16, F32, F64, I64, I32, I16, I8, U64, U32, U16, U8 or BOOL";

    /// <summary>The stored type, or null when it cannot be read.</summary>
    public static StorageType? Parse(string dtype) => dtype switch
    {
        "F16" => StorageType.Float16,
        "BF16" => StorageType.BFloat16,
        "F32" => StorageType.Float32,
        "F64" => StorageType.Float64,
        "I64" => StorageType.Int64,
        "I32" => StorageType.Int32,
        "U8" => StorageType.UInt8,
        "BOOL" => StorageType.Boolean,
        "I16" => StorageType.Int16,
        "I8" => StorageType.Int8,
        "U64" => StorageType.UInt64,
        "U32" => StorageType.UInt32,
        "U16" => StorageType.UInt16,
        _ => null,
    };

    /// <summary>The name of a stored type.</summary>
    public static string Name(StorageType type) => type switch
    {
        StorageType.Float16 => "F16",
        StorageType.BFloat16 => "BF16",
        StorageType.Float32 => "F32",
        StorageType.Float64 => "F64",
        StorageType.Int64 => "I64",
        StorageType.Int32 => "I32",
        StorageType.UInt8 => "U8",
        StorageType.Boolean => "BOOL",
        StorageType.Int16 => "I16",
        StorageType.Int8 => "I8",
        StorageType.UInt64 => "U64",
        StorageType.UInt32 => "U32",
        StorageType.UInt16 => "U16",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Bytes per element, also of types that are only skipped; null for a name this version has never heard of.</summary>
    public static int? Size(string dtype) => dtype switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 1,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "F32" or "I32" or "U32" => 4,
        "F64" or "I64" or "U64" or "C64" => 8,
        _ => null,
    };
}
