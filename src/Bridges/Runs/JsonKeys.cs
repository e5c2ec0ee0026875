using System.Text.Json;

namespace KernelFlow.Bridges;

/// <summary>A JSON object whose keys are asked for by type; errors name the file, the key, what was found and what was expected.</summary>
/// <param name="json">The object.</param>
/// <param name="file">The file it came from.</param>
/// <param name="prefix">Where in the file: "", "optimizer." or "checkpoints[3].".</param>
internal readonly struct JsonKeys(JsonElement json, string file, string prefix)
{
    public string Text(string key, string expected) =>
        Get(key, expected) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Wrong(key, expected);

    public string OneOf(string key, params string[] allowed)
    {
        string expected = string.Join(", ", allowed), value = Text(key, expected);
        return allowed.Contains(value) ? value : throw Wrong(key, expected);
    }

    public long Integer(string key, long minimum, long maximum)
    {
        string expected = maximum is int.MaxValue or long.MaxValue
            ? minimum == 1 ? "a positive integer" : $"an integer of at least {minimum}"
            : $"an integer from {minimum} to {maximum}";
        return Get(key, expected) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) && number >= minimum && number <= maximum
            ? number : throw Wrong(key, expected);
    }

    public double Number(string key, string expected, Func<double, bool> allowed) =>
        Get(key, expected) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double number) && double.IsFinite(number) && allowed(number)
            ? number : throw Wrong(key, expected);

    public bool Has(string key) => json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    public JsonElement Get(string key, string expected) =>
        Has(key) ? json.GetProperty(key) : throw new InvalidRunException($"{file}: {prefix}{key} is missing, expected {expected}.");

    public InvalidRunException Wrong(string key, string expected) =>
        new($"{file}: {prefix}{key}: found {JsonText.Clip(json.GetProperty(key).GetRawText())}, expected {expected}.");
}
