using System.Buffers.Binary;
using System.Text.Json;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>A second reader of safetensors files that shares nothing with the first: a document model, and one number at a time.</summary>
internal static class ReferenceDecoder
{
    /// <summary>The numbers of every tensor whose type this project reads; null where the bytes are no such file.</summary>
    public static Dictionary<string, double[]>? Decode(byte[] bytes)
    {
        if (bytes.Length < 8) return null;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)(bytes.Length - 8)) return null;
        var tensors = new Dictionary<string, double[]>(StringComparer.Ordinal);
        try
        {
            using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)length));
            byte[] data = bytes[(8 + (int)length)..];
            foreach (var entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__") continue;
                long count = 1;
                foreach (var extent in entry.Value.GetProperty("shape").EnumerateArray()) count = checked(count * (long)extent.GetDecimal());
                var offsets = entry.Value.GetProperty("data_offsets");
                long begin = (long)offsets[0].GetDecimal(), end = (long)offsets[1].GetDecimal();
                if (Numbers(entry.Value.GetProperty("dtype").GetString()!, data.AsSpan()[checked((int)begin)..checked((int)end)], count) is { } numbers)
                    tensors[entry.Name] = numbers;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException
            or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
        return tensors;
    }

    private static double[]? Numbers(string dtype, ReadOnlySpan<byte> data, long count)
    {
        int size = dtype switch { "F64" or "I64" or "U64" => 8, "F32" or "I32" or "U32" => 4, "F16" or "BF16" or "I16" or "U16" => 2,
            "BOOL" or "U8" or "I8" => 1, _ => 0 };
        if (size == 0) return null;
        if (count * size != data.Length) throw new FormatException();
        var numbers = new double[count];
        for (int i = 0; i < numbers.Length; i++)
        {
            var piece = data.Slice(i * size, size);
            numbers[i] = dtype switch
            {
                "F64" => BinaryPrimitives.ReadDoubleLittleEndian(piece),
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(piece),
                "F16" => (double)BinaryPrimitives.ReadHalfLittleEndian(piece),
                "BF16" => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(piece) << 16),
                "I64" => BinaryPrimitives.ReadInt64LittleEndian(piece),
                "I32" => BinaryPrimitives.ReadInt32LittleEndian(piece),
                "I16" => BinaryPrimitives.ReadInt16LittleEndian(piece),
                "I8" => (sbyte)piece[0],
                "U64" => BinaryPrimitives.ReadUInt64LittleEndian(piece),
                "U32" => BinaryPrimitives.ReadUInt32LittleEndian(piece),
                "U16" => BinaryPrimitives.ReadUInt16LittleEndian(piece),
                "BOOL" => piece[0] == 0 ? 0 : 1,
                _ => piece[0],
            };
        }
        return numbers;
    }
}
