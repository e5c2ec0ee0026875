using System.Text.Json;
using KernelFlow.Files;

namespace KernelFlow.Networks.Imports;

/// <summary>An object of a map whose keys are all known: one that is not is an error that suggests the nearest.</summary>
internal sealed class MapObject
{
    private readonly JsonElement _json;
    private readonly string _file, _prefix;

    public MapObject(JsonElement json, string file, string prefix, params string[] known)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new InvalidRunException($"{file}: {prefix.TrimEnd('.')}{(prefix.Length == 0 ? "" : ": ")}found {JsonText.Clip(json.GetRawText())}, "
                + "expected a JSON object.");
        (_json, _file, _prefix) = (json, file, prefix);
        Keys = new ManifestKeys(json, file, prefix);
        foreach (string name in Keys.Names)
            if (!known.Contains(name))
                throw new InvalidRunException($"{file}: {prefix}{JsonText.Clip(name)}: unknown key" + (NearestWord.Of(name, known) is { } near
                    ? $"; did you mean {near}?" : $"; expected {(known.Length == 0 ? "none" : string.Join(", ", known))}."));
    }

    public ManifestKeys Keys { get; }

    /// <summary>How messages name a key.</summary>
    public string Where(string key) => $"{_file}: {_prefix}{key}";

    public bool Has(string key) => Keys.Has(key);

    public string? Text(string key, string expected) => Has(key) ? Keys.Text(key, expected) : null;

    public MapObject Object(string key, string expected, params string[] known) =>
        Keys.Get(key, expected) is { ValueKind: JsonValueKind.Object } value ? new MapObject(value, _file, $"{_prefix}{key}.", known)
            : throw Keys.Wrong(key, expected);

    /// <summary>The elements of an array, each with its place.</summary>
    public IEnumerable<(JsonElement Value, string Prefix)> Items(string key, string expected)
    {
        if (Keys.Get(key, expected) is not { ValueKind: JsonValueKind.Array } array) throw Keys.Wrong(key, expected);
        return array.EnumerateArray().Select((item, i) => (item, FormattableString.Invariant($"{_prefix}{key}[{i}]")));
    }

    /// <summary>The object that stands in an array.</summary>
    public MapObject Item(JsonElement item, string prefix, params string[] known) => new(item, _file, prefix + ".", known);

    /// <summary>An array of texts; null when the key is absent.</summary>
    public string[]? Texts(string key, string expected)
    {
        if (!Has(key)) return null;
        return [.. Items(key, expected).Select(i => i.Value.ValueKind == JsonValueKind.String && i.Value.GetString() is { Length: > 0 } text ? text
            : throw Keys.Wrong(key, expected))];
    }

    /// <summary>An array of whole numbers; null when the key is absent.</summary>
    public long[]? Wholes(string key, string expected, long minimum, int longest = int.MaxValue)
    {
        if (!Has(key)) return null;
        long[] numbers = [.. Items(key, expected).Select(i => ManifestKeys.Whole(i.Value) is { } n && n >= minimum ? n : throw Keys.Wrong(key, expected))];
        return numbers.Length is > 0 && numbers.Length <= longest ? numbers : throw Keys.Wrong(key, expected);
    }

    /// <summary>An array of finite numbers; null when the key is absent or holds something else.</summary>
    public double[]? Numbers(string key, string expected)
    {
        if (!Has(key) || Keys.Get(key, expected).ValueKind != JsonValueKind.Array) return null;
        return [.. Items(key, expected).Select(i => i.Value.ValueKind == JsonValueKind.Number && i.Value.TryGetDouble(out double n) && double.IsFinite(n) ? n
            : throw Keys.Wrong(key, expected))];
    }

    /// <summary>One whole number for both directions, or two; the default when the key is absent.</summary>
    public (int Y, int X)? Pair(string key, int minimum)
    {
        const int Largest = 1 << 16;
        if (!Has(key)) return null;
        string expected = FormattableString.Invariant($"an integer from {minimum} to {Largest}, or two");
        if (Keys.Get(key, expected).ValueKind == JsonValueKind.Array)
            return Wholes(key, expected, minimum, 2) is [<= Largest and var y, <= Largest and var x] ? ((int)y, (int)x) : throw Keys.Wrong(key, expected);
        int both = (int)Keys.Integer(key, minimum, Largest);
        return (both, both);
    }
}
