using System.Text.Json;

namespace KernelFlow.Results;

/// <summary>The keys of one record, each declared once, for writing and for reading.</summary>
/// <typeparam name="T">The record.</typeparam>
internal sealed class Schema<T>
{
    private readonly List<Action<Utf8JsonWriter, T>> _writers = [];
    private readonly Func<ResultsKey, T> _read;

    /// <summary>Declares the keys in the order in which they are written.</summary>
    /// <param name="declare">Declares each key and returns how a record is made from what they read.</param>
    public Schema(Func<Schema<T>, Func<ResultsKey, T>> declare) => _read = declare(this);

    /// <summary>Adds a key to the record.</summary>
    /// <param name="key">The name of the key.</param>
    /// <param name="codec">How its value is written and read.</param>
    /// <param name="get">Its value in a record.</param>
    public Field<TValue> Add<TValue>(string key, Codec<TValue> codec, Func<T, TValue> get)
    {
        _writers.Add((json, item) => codec.Write(json, key, get(item)));
        return new Field<TValue>(key, codec);
    }

    /// <summary>What follows from other keys and is written for the reader's convenience only.</summary>
    public void Derived<TValue>(string key, Codec<TValue> codec, Func<T, TValue> get) => _writers.Add((json, item) => codec.Write(json, key, get(item)));

    /// <summary>Writes the keys into the object that is open.</summary>
    public void Write(Utf8JsonWriter json, T item)
    {
        foreach (var write in _writers) write(json, item);
    }

    /// <summary>Reads a record from an object.</summary>
    public T Read(ResultsKey value) => _read(value.Object());

    /// <summary>The record as an object under a key.</summary>
    public Codec<T> Object => Codecs.Make<T>(
        (json, key, value) =>
        {
            json.WriteStartObject(key);
            Write(json, value);
            json.WriteEndObject();
        },
        (parent, key) => Read(parent[key]));

    /// <summary>The record as an object, or why there is none.</summary>
    public Codec<Known<T>> KnownObject => Codecs.Make<Known<T>>(
        (json, key, value) =>
        {
            if (value.TryGet(out var item)) Object.Write(json, key, item);
            else json.Null(key, value.Reason);
        },
        (parent, key) => parent[key].IsNull ? Known.Unknown<T>(Codecs.Reason(parent, key)) : Read(parent[key]));

    /// <summary>The record as an object; left out where there is none.</summary>
    public Codec<Known<T>> KnownObjectIfAny => Codecs.Make<Known<T>>(
        (json, key, value) => { if (value.TryGet(out var item)) Object.Write(json, key, item); },
        (parent, key) => parent.Has(key) && !parent[key].IsNull ? Read(parent[key]) : default(Known<T>));

    /// <summary>Records as objects, each on a line of its own.</summary>
    public Codec<IReadOnlyList<T>> Rows => Codecs.Make<IReadOnlyList<T>>(
        (json, key, value) => json.Rows(key, value, Write), (parent, key) => [.. parent[key].Items().Select(Read)]);

    /// <summary>The same, left out when there are none.</summary>
    public Codec<IReadOnlyList<T>> RowsIfAny => Codecs.Make<IReadOnlyList<T>>(
        (json, key, value) => { if (value.Count > 0) json.Rows(key, value, Write); },
        (parent, key) => parent.Has(key) ? [.. parent[key].Items().Select(Read)] : []);

    /// <summary>Records as objects, each on a line of its own, or why there are none.</summary>
    public Codec<Known<IReadOnlyList<T>>> KnownRows => Codecs.Make<Known<IReadOnlyList<T>>>(
        (json, key, value) =>
        {
            if (value.TryGet(out var rows)) json.Rows(key, rows, Write);
            else json.Null(key, value.Reason);
        },
        (parent, key) => parent[key].IsNull
            ? Known.Unknown<IReadOnlyList<T>>(Codecs.Reason(parent, key))
            : Known.Of<IReadOnlyList<T>>([.. parent[key].Items().Select(Read)]));

    /// <summary>Records as objects over several lines.</summary>
    public Codec<IReadOnlyList<T>> Items => Codecs.Make<IReadOnlyList<T>>(
        (json, key, value) =>
        {
            json.WriteStartArray(key);
            foreach (var item in value)
            {
                json.WriteStartObject();
                Write(json, item);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        },
        (parent, key) => [.. parent[key].Items().Select(Read)]);

    /// <summary>One key of a record.</summary>
    /// <param name="key">The name of the key.</param>
    /// <param name="codec">How its value is read.</param>
    internal sealed class Field<TValue>(string key, Codec<TValue> codec)
    {
        /// <summary>The value of the key in an object.</summary>
        public TValue this[ResultsKey from] => codec.Read(from, key);

        /// <summary>The same for a key that the first files of this version did not have.</summary>
        public TValue Or(ResultsKey from, TValue fallback) => from.Has(key) ? codec.Read(from, key) : fallback;
    }
}
