using System.Globalization;
using System.Text.Json;

namespace KernelFlow.Bridges.Tests;

/// <summary>Arrays as a JSON file beside a fixture states them.</summary>
internal static class ExpectedArrays
{
    /// <summary>Compares names, types, shapes and every bit of every element (NaN by being one).</summary>
    /// <param name="file">What was read.</param>
    /// <param name="json">The JSON file.</param>
    /// <param name="nameOf">The name in the file of an entry of the JSON file; null to pass the entry over.</param>
    public static int Compare(ContainerFile file, string json, Func<string, string?>? nameOf = null)
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(json));
        int compared = 0;
        var found = ((ArrayFile)file).Arrays;
        foreach (var entry in expected.RootElement.GetProperty("tensors").EnumerateArray())
        {
            string stated = entry.GetProperty("name").GetString()!;
            if ((nameOf is null ? stated : nameOf(stated)) is not { } name) continue;
            Assert.True(found.TryGetValue(name, out var array), $"{name} is not among {string.Join(", ", found.Keys)}");
            Assert.Equal(entry.GetProperty("dtype").GetString(), array.Element.Name);
            Assert.Equal(entry.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()), array.Shape);
            JsonElement[] values = [.. entry.GetProperty("values").EnumerateArray()];
            long count = array.Shape.Aggregate(1L, (product, extent) => product * extent);
            Assert.Equal(values.Length, count);
            int size = array.Element.Size;
            var bytes = new byte[count * size];
            array.ReadBytes(0, bytes);
            for (int i = 0; i < values.Length; i++)
                Assert.True(Same(array.Element.Name, values[i], bytes.AsSpan(i * size, size)),
                    $"{name}[{i}]: found {Convert.ToHexString(bytes.AsSpan(i * size, size))}, expected {values[i]}");
            // Any piece is the same as that piece of the whole.
            for (int first = 0; first < values.Length; first += 7)
            {
                var piece = new byte[Math.Min(11, values.Length - first) * size];
                array.ReadBytes(first, piece);
                Assert.Equal(bytes.AsSpan(first * size, piece.Length).ToArray(), piece);
            }
            compared++;
        }
        return compared;
    }

    private static bool Same(string dtype, JsonElement value, ReadOnlySpan<byte> bytes) => dtype switch
    {
        "float64" => BitsAgree(Number(value), BitConverter.ToDouble(bytes)),
        "float32" => BitsAgree(Text(value, out float single) ? single : (float)Number(value), BitConverter.ToSingle(bytes)),
        "float16" => BitsAgree((double)(Half)Number(value), (double)BitConverter.ToHalf(bytes)),
        // The JSON value is the shortest text of the float32 that the bfloat16 is, so rounding to that is exact.
        "bfloat16" => BitsAgree(Rounded(Number(value)), BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bytes) << 16)),
        "int64" => value.GetInt64() == BitConverter.ToInt64(bytes),
        "int32" => value.GetInt32() == BitConverter.ToInt32(bytes),
        "int16" => value.GetInt16() == BitConverter.ToInt16(bytes),
        "int8" => value.GetSByte() == (sbyte)bytes[0],
        "uint8" => value.GetByte() == bytes[0],
        "bool" => value.GetBoolean() == (bytes[0] == 1) && bytes[0] <= 1,
        "complex64" => Same("float32", value[0], bytes[..4]) && Same("float32", value[1], bytes[4..]),
        "complex128" => Same("float64", value[0], bytes[..8]) && Same("float64", value[1], bytes[8..]),
        _ => false,
    };

    private static float Rounded(double value)
    {
        if (!double.IsFinite(value)) return (float)value;
        uint bits = BitConverter.SingleToUInt32Bits((float)value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private static bool Text(JsonElement value, out float single)
    {
        single = 0;
        return value.ValueKind == JsonValueKind.Number && float.TryParse(value.GetRawText(), CultureInfo.InvariantCulture, out single);
    }

    private static bool BitsAgree(double a, double b) =>
        (double.IsNaN(a) && double.IsNaN(b)) || BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : value.GetString() switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        var other => throw new FormatException(other),
    };
}
