using KernelFlow.Files;
using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KernelFlow.Results;

/// <summary>Numbers in JSON: NaN and infinities never appear; null and "&lt;key&gt;Reason" do.</summary>
public static class JsonNumbers
{
    /// <summary>Non-ASCII letters (λ, ψ, ≤) stay readable; the file is not embedded in HTML.</summary>
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Appended to a key: why its value is null.</summary>
    internal const string ReasonSuffix = "Reason";

    /// <summary>Appended to the key of an array: the indices of elements that are null because they are +∞.</summary>
    internal const string InfiniteSuffix = "Infinite";

    /// <summary>Appended to the key of an array: the indices of elements that are null because they are −∞.</summary>
    internal const string MinusInfiniteSuffix = "MinusInfinite";

    internal const string NotANumber = "not a number", Infinite = "infinite", MinusInfinite = "minus infinity";

    /// <summary>A number, or null with a reason.</summary>
    /// <param name="json">The writer, inside an object.</param>
    /// <param name="key">The key under which it is written.</param>
    /// <param name="value">The number; null when there is none.</param>
    /// <param name="reason">Why there is none; a number that is not finite gives its own reason.</param>
    public static void Number(this Utf8JsonWriter json, string key, double? value, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(key);
        if (value is { } x && double.IsFinite(x)) json.WriteNumber(key, x);
        else json.Null(key, value is { } notFinite ? Why(notFinite) : reason);
    }

    /// <summary>An array of numbers on one line, or null with a reason. Elements that are not finite are null, and the reason says so.</summary>
    public static void Numbers(this Utf8JsonWriter json, string key, IReadOnlyList<double>? values, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(key);
        if (values is null)
        {
            json.Null(key, reason);
            return;
        }
        json.WritePropertyName(key);
        json.Line(line => Array(line, values));
        int bad = values.Count(x => !double.IsFinite(x));
        if (bad == 0) return;
        json.WriteString(key + ReasonSuffix, $"{NumberText.Count(bad)} of {NumberText.Count(values.Count)} numbers are not finite");
        Places(json, key + InfiniteSuffix, values, double.PositiveInfinity);
        Places(json, key + MinusInfiniteSuffix, values, double.NegativeInfinity);
    }

    /// <summary>Null with a reason.</summary>
    public static void Null(this Utf8JsonWriter json, string key, string? reason)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(key);
        json.WriteNull(key);
        json.WriteString(key + ReasonSuffix, reason ?? "not computed");
    }

    /// <summary>A value written without line breaks inside an indented document.</summary>
    public static void Line(this Utf8JsonWriter json, Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(write);
        var buffer = new ArrayBufferWriter<byte>();
        using (var line = new Utf8JsonWriter(buffer, OneLine)) write(line);
        json.WriteRawValue(buffer.WrittenSpan, skipInputValidation: true);
    }

    /// <summary>An array of objects, each on a line of its own.</summary>
    /// <param name="json">The writer, inside an object.</param>
    /// <param name="key">The key under which it is written.</param>
    /// <param name="items">One object each.</param>
    /// <param name="write">Writes the keys of one object.</param>
    public static void Rows<T>(this Utf8JsonWriter json, string key, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(key);
        foreach (var item in items)
            json.Line(line =>
            {
                line.WriteStartObject();
                write(line, item);
                line.WriteEndObject();
            });
        json.WriteEndArray();
    }

    /// <summary>A whole document as UTF-8 without a byte-order mark, ending in a line feed: "format", "version" and what <paramref name="write"/>
    /// adds.</summary>
    public static void Document(Stream stream, string format, int version, Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(write);
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            json.WriteStartObject();
            json.WriteString("format", format);
            json.WriteNumber("version", version);
            write(json);
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    /// <summary>An array of numbers; those that are not finite are null.</summary>
    internal static void Array(Utf8JsonWriter line, IReadOnlyList<double> values)
    {
        line.WriteStartArray();
        foreach (double x in values)
        {
            if (double.IsFinite(x)) line.WriteNumberValue(x);
            else line.WriteNullValue();
        }
        line.WriteEndArray();
    }

    private static void Places(Utf8JsonWriter json, string key, IReadOnlyList<double> values, double value)
    {
        if (!values.Contains(value)) return;
        json.WritePropertyName(key);
        json.Line(line =>
        {
            line.WriteStartArray();
            for (int i = 0; i < values.Count; i++)
                if (values[i] == value) line.WriteNumberValue(i);
            line.WriteEndArray();
        });
    }

    private static string Why(double value) => double.IsNaN(value) ? NotANumber : value > 0 ? Infinite : MinusInfinite;
}
