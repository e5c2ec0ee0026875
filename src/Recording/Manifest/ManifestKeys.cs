using System.Text.Json;

namespace KernelFlow;

/// <summary>A JSON object of a manifest whose keys are asked for by type. Every error names the file, the key, what was found and what was expected.</summary>
/// <remarks>It is valid while the manifest is being read: a descriptor takes what it needs and keeps numbers, not this object.</remarks>
/// <param name="json">The object.</param>
/// <param name="file">The file it came from.</param>
/// <param name="prefix">Where the object stands in the file: "", "optimizer." or "checkpoints[3].".</param>
public readonly struct ManifestKeys(JsonElement json, string file, string prefix)
{
    private readonly string _file = file ?? throw new ArgumentNullException(nameof(file));
    private readonly string _prefix = prefix ?? throw new ArgumentNullException(nameof(prefix));

    // Shared by all copies of this value, so that what one reader asked for is known to the next.
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>The names that nobody has asked for so far, in the order of the file.</summary>
    public IEnumerable<string> Unread
    {
        get
        {
            var asked = _asked;
            return Names.Where(name => !asked.Contains(name)).ToArray();
        }
    }

    /// <summary>The names of all keys, in the order of the file.</summary>
    public IEnumerable<string> Names => json.EnumerateObject().Select(p => p.Name);

    /// <summary>The value of a key that holds a string.</summary>
    /// <param name="key">The key to read.</param>
    /// <param name="expected">What the error says was expected.</param>
    /// <exception cref="InvalidRunException">The key is missing or its value is not a string.</exception>
    public string Text(string key, string expected)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(expected);
        return Get(key, expected) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Wrong(key, expected);
    }

    /// <summary>One of the strings that are allowed.</summary>
    /// <param name="key">The key to read.</param>
    /// <param name="allowed">The strings; the error lists them.</param>
    /// <exception cref="InvalidRunException">The key is missing or its value is not among them.</exception>
    public string OneOf(string key, params IReadOnlyList<string> allowed)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(allowed);
        string expected = string.Join(", ", allowed), value = Text(key, expected);
        return allowed.Contains(value) ? value : throw Wrong(key, expected);
    }

    /// <summary>A whole number within limits.</summary>
    /// <param name="key">The key to read.</param>
    /// <param name="minimum">The smallest number allowed.</param>
    /// <param name="maximum">The largest number allowed.</param>
    /// <exception cref="InvalidRunException">The key is missing, or its value is not a whole number within the limits.</exception>
    public long Integer(string key, long minimum, long maximum)
    {
        ArgumentNullException.ThrowIfNull(key);
        string expected = maximum is int.MaxValue or long.MaxValue
            ? minimum == 1 ? "a positive integer" : $"an integer of at least {minimum}"
            : $"an integer from {minimum} to {maximum}";
        return Whole(Get(key, expected)) is { } number && number >= minimum && number <= maximum ? number : throw Wrong(key, expected);
    }

    /// <summary>The whole number that a value is, however it is written: JSON has one kind of number, and some writers put 8.0 or 1e+05. Null when it is
    /// no number, has a fraction or does not fit into 64 bits.</summary>
    /// <param name="value">The value.</param>
    public static long? Whole(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number) return null;
        if (value.TryGetInt64(out long whole)) return whole;
        return value.TryGetDecimal(out decimal number) && decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue ? (long)number : null;
    }

    /// <summary>A finite number that passes a test.</summary>
    /// <param name="key">The key to read.</param>
    /// <param name="expected">What the error says was expected.</param>
    /// <param name="allowed">The test.</param>
    /// <exception cref="InvalidRunException">The key is missing, or its value is not such a number.</exception>
    public double Number(string key, string expected, Func<double, bool> allowed)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(allowed);
        var value = Get(key, expected);
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number)) throw Wrong(key, expected);
        return double.IsFinite(number) && allowed(number) ? number : throw Wrong(key, expected);
    }

    /// <summary>Whether the key says true; an absent key says false.</summary>
    /// <param name="key">The key to read.</param>
    /// <exception cref="InvalidRunException">Its value is neither true nor false.</exception>
    public bool Flag(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Has(key) && Get(key, "").ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(key, "true or false"),
        };
    }

    /// <summary>Whether the key stands there with a value other than null.</summary>
    public bool Has(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _asked.Add(key);
        return json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>The value of a key, whatever it is.</summary>
    /// <param name="key">The key to read.</param>
    /// <param name="expected">What the error says was expected.</param>
    /// <exception cref="InvalidRunException">The key is missing or null.</exception>
    public JsonElement Get(string key, string expected)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(expected);
        return Has(key) ? json.GetProperty(key) : throw new InvalidRunException($"{_file}: {_prefix}{key} is missing, expected {expected}.");
    }

    /// <summary>The keys of an object that stands under a key.</summary>
    /// <param name="key">The key to read.</param>
    /// <param name="expected">What the error says was expected.</param>
    /// <exception cref="InvalidRunException">The key is missing, or its value is not an object.</exception>
    public ManifestKeys Object(string key, string expected)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(expected);
        return Get(key, expected) is { ValueKind: JsonValueKind.Object } value ? new ManifestKeys(value, _file, $"{_prefix}{key}.")
            : throw Wrong(key, expected);
    }

    /// <summary>The error for a key that stands there with a value that is not allowed.</summary>
    /// <param name="key">The key; it must be there.</param>
    /// <param name="expected">What was expected.</param>
    public InvalidRunException Wrong(string key, string expected)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(expected);
        return new($"{_file}: {_prefix}{key}: found {JsonText.Clip(json.GetProperty(key).GetRawText())}, expected {expected}.");
    }
}
