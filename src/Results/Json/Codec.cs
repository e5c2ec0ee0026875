using System.Text.Json;

namespace KernelFlow.Results;

/// <summary>How one kind of value stands under its key, in both directions.</summary>
/// <typeparam name="TValue">The value.</typeparam>
/// <param name="write">Writes the key with the value, and what belongs to it (a reason beside a null).</param>
/// <param name="read">Reads what <paramref name="write"/> wrote from the object that holds the key; throws <see cref="InvalidResultsException"/>.</param>
internal sealed class Codec<TValue>(Action<Utf8JsonWriter, string, TValue> write, Func<ResultsKey, string, TValue> read)
{
    /// <summary>Writes a key with its value.</summary>
    public void Write(Utf8JsonWriter json, string key, TValue value) => write(json, key, value);

    /// <summary>Reads the value of a key.</summary>
    /// <exception cref="InvalidResultsException">The key is missing or holds something else.</exception>
    public TValue Read(ResultsKey parent, string key) => read(parent, key);
}
