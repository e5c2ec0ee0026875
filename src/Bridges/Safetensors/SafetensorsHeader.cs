using System.Text.Json;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>The header of a safetensors file: JSON, name → {dtype, shape, data_offsets [begin, end)}, and an optional <c>__metadata__</c> of strings.</summary>
/// <remarks>Read token by token: a document model would keep only the last of two tensors with the same name.</remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's own limit on the header's length.</summary>
    public const long MaximumLength = 100_000_000;

    private readonly string _location;
    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string location) => _location = location;

    /// <summary>The tensors of the file by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    /// <summary>The free-form strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Parses and validates everything that the header alone decides.</summary>
    /// <param name="json">The L bytes of the header.</param>
    /// <param name="dataLength">Bytes that follow the header in the file.</param>
    /// <param name="location">The file's path, for messages.</param>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength, string location)
    {
        var header = new SafetensorsHeader(location);
        try
        {
            header.Read(json);
        }
        catch (JsonException e)
        {
            throw header.Error(FormattableString.Invariant(
                $"the header is not valid JSON at byte {8 + JsonDefect.Offset(e, json)}: {JsonDefect.Reason(e, json)}"));
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader throws this for bytes that are not UTF-8 and for lone surrogates.
            throw header.Error("the header holds text that is not Unicode");
        }
        header.CheckLayout(dataLength);
        return header;
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        Expect(reader, JsonTokenType.StartObject, "the header", "a JSON object");
        bool metadataSeen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name != "__metadata__")
            {
                if (!_entries.TryAdd(name, ReadEntry(ref reader, name))) throw Error($"tensor {name} is described twice, expected once");
            }
            else if (metadataSeen) throw Error("__metadata__ stands twice, expected once");
            else
            {
                metadataSeen = true;
                ReadMetadata(ref reader);
            }
        }
        reader.Read(); // Anything but padding after the object throws here.
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null) return; // What MLX writes when there are none.
        Expect(reader, JsonTokenType.StartObject, "__metadata__", "an object of strings");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            Expect(reader, JsonTokenType.String, $"__metadata__: {key}", "a string");
            if (!_metadata.TryAdd(key, reader.GetString()!)) throw Error($"__metadata__: {key} stands twice, expected once");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(reader, JsonTokenType.StartObject, name, "an object with dtype, shape and data_offsets");
        string? dtype = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            bool twice = false;
            switch (key)
            {
                case "dtype":
                    Expect(reader, JsonTokenType.String, $"{name}: dtype", "a string");
                    twice = dtype is not null;
                    dtype = reader.GetString();
                    break;
                case "shape":
                    twice = shape is not null;
                    shape = ReadIntegers(ref reader, $"{name}: shape");
                    break;
                case "data_offsets":
                    twice = offsets is not null;
                    offsets = ReadIntegers(ref reader, $"{name}: data_offsets");
                    break;
                default:
                    reader.Skip();
                    break;
            }
            if (twice) throw Error($"{name}: {key} stands twice, expected once");
        }
        string? missing = dtype is null ? "dtype" : shape is null ? "shape" : offsets is null ? "data_offsets" : null;
        if (missing is not null) throw Error($"{name}: {missing} is missing");
        if (offsets!.Length != 2) throw Error($"{name}: data_offsets: found {offsets.Length} numbers, expected [begin, end]");
        return new SafetensorsEntry(name, dtype!, shape!, offsets[0], offsets[1]);
    }

    private long[] ReadIntegers(ref Utf8JsonReader reader, string what)
    {
        Expect(reader, JsonTokenType.StartArray, what, "an array of integers");
        var values = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long value) || value < 0)
                throw Error($"{what}: found {Found(reader)}, expected integers from 0 to {long.MaxValue}");
            values.Add(value);
        }
        return [.. values];
    }

    /// <summary>Offsets against shape and dtype, against each other and against the file.</summary>
    private void CheckLayout(long dataLength)
    {
        foreach (var entry in _entries.Values)
        {
            if (entry.End < entry.Begin) throw Error($"{entry.Name}: data_offsets: found [{entry.Begin}, {entry.End}], expected begin ≤ end");
            long? bytes = ByteCount(entry);
            if (bytes is { } expected && entry.End - entry.Begin != expected)
                throw Error($"{entry.Name}: data_offsets: found [{entry.Begin}, {entry.End}], which is {entry.End - entry.Begin} bytes, "
                    + $"expected {expected} bytes for {entry.Dtype} of shape [{string.Join(", ", entry.Shape)}]");
        }

        long end = 0;
        SafetensorsEntry? previous = null;
        foreach (var entry in _entries.Values.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != end)
            {
                string before = previous is null ? "the start of the data" : $"the end of tensor {previous.Name}";
                string kind = entry.Begin < end ? "overlap" : "gap";
                throw Error($"{entry.Name}: data_offsets: found [{entry.Begin}, {entry.End}], expected to begin at {end}, {before} ({kind})");
            }
            (end, previous) = (entry.End, entry);
        }
        if (end > dataLength)
        {
            string first = _entries.Values.OrderBy(e => e.End).First(e => e.End > dataLength).Name;
            throw new TruncatedFileException(
                $"{_location}: {first}: found {dataLength} bytes of data, expected {end}: data_offsets reach beyond the file, which was cut off in writing.");
        }
        if (end < dataLength) throw Error($"found {dataLength} bytes of data, expected {end}, the end of the last tensor");
    }

    /// <summary>Shape × dtype in bytes; null when the dtype is unknown.</summary>
    private long? ByteCount(SafetensorsEntry entry)
    {
        try
        {
            long count = 1;
            foreach (long extent in entry.Shape) count = checked(count * extent);
            return Dtypes.Size(entry.Dtype) is { } size ? checked(count * size) : null;
        }
        catch (OverflowException)
        {
            throw Error($"{entry.Name}: shape: found [{string.Join(", ", entry.Shape)}], whose size in bytes overflows 64 bits");
        }
    }

    private void Expect(in Utf8JsonReader reader, JsonTokenType type, string what, string expected)
    {
        if (reader.TokenType != type) throw Error($"{what}: found {Found(reader)}, expected {expected}");
    }

    private static string Found(in Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "the string " + JsonText.Clip("\"" + reader.GetString() + "\""),
        _ => JsonText.Clip(System.Text.Encoding.UTF8.GetString(reader.ValueSpan)),
    };

    private InvalidRunException Error(string message) => new($"{_location}: {message}.");
}
