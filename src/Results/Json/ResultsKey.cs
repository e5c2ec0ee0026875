using System.Text.Json;
using KernelFlow.Files;

namespace KernelFlow.Results;

/// <summary>A value of results.json that knows its file and its path, for messages.</summary>
internal readonly record struct ResultsKey(string File, string Path, JsonElement Json)
{
    /// <summary>Whether the value is null.</summary>
    public bool IsNull => Json.ValueKind == JsonValueKind.Null;

    /// <summary>A key of an object.</summary>
    /// <exception cref="InvalidResultsException">It is missing.</exception>
    public ResultsKey this[string key] =>
        Json.ValueKind != JsonValueKind.Object ? throw Wrong("an object") : Json.TryGetProperty(key, out var value) ? new(File, At(key), value)
            : throw new InvalidResultsException($"{File}: {At(key)} is missing.");

    /// <summary>Whether an object has the key.</summary>
    public bool Has(string key) => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(key, out _);

    /// <summary>The value as a text.</summary>
    public string Text() => Json.ValueKind == JsonValueKind.String ? Json.GetString()! : throw Wrong("a text");

    /// <summary>A number; null stands for one that was not finite.</summary>
    public double Number() => IsNull ? double.NaN : Json.ValueKind == JsonValueKind.Number && Json.TryGetDouble(out double x) ? x : throw Wrong("a number");

    /// <summary>This value, when it is an object.</summary>
    public ResultsKey Object() => Json.ValueKind == JsonValueKind.Object ? this : throw Wrong("an object");

    /// <summary>The text at a key; null when there is no such key or it is no text.</summary>
    public string? TextAt(string key) => Has(key) && this[key].Json.ValueKind == JsonValueKind.String ? this[key].Text() : null;

    /// <summary>The text at a key that may be missing or null.</summary>
    public string? TextOrNull(string key) => Has(key) && !this[key].IsNull ? this[key].Text() : null;

    /// <summary>The value as a whole number.</summary>
    public int Whole() => Json.ValueKind == JsonValueKind.Number && Json.TryGetInt32(out int x) ? x : throw Wrong("a whole number");

    /// <summary>A whole number that may be large.</summary>
    public long Long() => Json.ValueKind == JsonValueKind.Number && Json.TryGetInt64(out long x) ? x : throw Wrong("a whole number");

    /// <summary>The value as true or false.</summary>
    public bool Truth() => Json.ValueKind is JsonValueKind.True or JsonValueKind.False ? Json.GetBoolean() : throw Wrong("true or false");

    /// <summary>The value as a verdict.</summary>
    public Verdict Verdict()
    {
        string text = Text();
        foreach (var verdict in Enum.GetValues<Verdict>())
            if (verdict.ToString() == text) return verdict;
        throw Wrong("a verdict");
    }

    /// <summary>A value of an enumeration, by its name.</summary>
    public T Choice<T>() where T : struct, Enum =>
        ChoiceNames.TryParse(Text(), out T value) ? value : throw new InvalidResultsException($"{File}: {Path} is {PrintableText.Name(Text())}, "
            + $"expected one of {string.Join(", ", ChoiceNames.All<T>())}.");

    /// <summary>The values of an array.</summary>
    public IEnumerable<ResultsKey> Items()
    {
        var key = this;
        return Json.ValueKind == JsonValueKind.Array ? Json.EnumerateArray().Select((e, i) =>
            new ResultsKey(key.File, FormattableString.Invariant($"{key.Path}[{i}]"), e)) : throw Wrong("a list");
    }

    /// <summary>The numbers of an array.</summary>
    public double[] Numbers() => [.. Items().Select(i => i.Number())];

    /// <summary>The keys and values of an object.</summary>
    public IEnumerable<(string Name, ResultsKey Value)> Entries()
    {
        var key = this;
        return Json.ValueKind == JsonValueKind.Object
            ? Json.EnumerateObject().Select(p => (p.Name, new ResultsKey(key.File, key.At(p.Name), p.Value)))
            : throw Wrong("an object");
    }

    private string At(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    /// <summary>The value is not what it should be.</summary>
    public InvalidResultsException Wrong(string expected) =>
        new($"{File}: {(Path.Length == 0 ? "the document" : Path)} is {Found()}, expected {expected}.");

    // Numbers and short texts are shown, of the rest the kind is enough.
    private string Found() => Json.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Undefined => "missing",
        JsonValueKind.Array => FormattableString.Invariant($"a list of {Json.GetArrayLength()}"),
        JsonValueKind.Object => "an object",
        _ => PrintableText.Name(Json.GetRawText(), 60),
    };
}
