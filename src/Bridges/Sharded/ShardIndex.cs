using System.Text.Json;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>The index of a sharded safetensors file: <c>{ "metadata": {…}, "weight_map": { name: file } }</c>.</summary>
internal static class ShardIndex
{
    /// <summary>The longest index that is read.</summary>
    public const int MaximumLength = 16 << 20;

    /// <summary>Files by the name of the tensor.</summary>
    /// <param name="json">The bytes of the index.</param>
    /// <param name="location">Its path, for messages.</param>
    /// <exception cref="InvalidRunException">It is not sound, or names a file in another folder.</exception>
    public static Dictionary<string, string> Parse(ReadOnlySpan<byte> json, string location)
    {
        try
        {
            return Read(json, location);
        }
        catch (JsonException e)
        {
            throw new InvalidRunException(FormattableString.Invariant(
                $"{location}: the index is not valid JSON at byte {JsonDefect.Offset(e, json)}: {JsonDefect.Reason(e, json)}."));
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader throws this for bytes that are not UTF-8 and for lone surrogates.
            throw new InvalidRunException($"{location}: the index holds text that is not Unicode.");
        }
    }

    private static Dictionary<string, string> Read(ReadOnlySpan<byte> json, string location)
    {
        InvalidRunException Error(string message) => new($"{location}: {message}.");
        var reader = new Utf8JsonReader(json);
        Dictionary<string, string>? files = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw Error("the index: expected a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isMap = reader.ValueTextEquals("weight_map");
            reader.Read();
            if (!isMap)
            {
                reader.Skip();
                continue;
            }
            if (files is not null) throw Error("weight_map stands twice, expected once");
            if (reader.TokenType != JsonTokenType.StartObject) throw Error("weight_map: expected an object of tensors and the files that hold them");
            files = new(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!, place = PrintableText.Name(name);
                reader.Read();
                if (reader.TokenType != JsonTokenType.String) throw Error($"weight_map: {place}: expected the name of a file");
                string file = reader.GetString()!;
                // Names with folders in them could lead anywhere.
                if (file.Length == 0 || file is "." or ".." || file.AsSpan().IndexOfAny("/\\:\0") >= 0)
                    throw Error($"weight_map: {place}: found the file {JsonText.Clip(file)}, expected a name without folders");
                if (!files.TryAdd(name, file)) throw Error($"weight_map: tensor {place} stands twice, expected once");
            }
        }
        reader.Read(); // Anything but padding after the object throws here.
        return files ?? throw Error("weight_map is missing, expected an object of tensors and the files that hold them");
    }
}
