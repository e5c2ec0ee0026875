using System.Text.Json;

namespace KernelFlow.Results;

/// <summary>The codecs of plain values. A null always has its reason beside it, under the key with "Reason" appended.</summary>
internal static class Codecs
{
    /// <summary>The reason of a null that nobody gave a reason for.</summary>
    private const string NoReason = Known.NotComputed;

    /// <summary>A number; one that is not finite is a null whose reason says which.</summary>
    public static readonly Codec<double> Number = Make<double>(
        (json, key, value) => json.Number(key, value),
        (parent, key) => parent[key] is { IsNull: false } there ? there.Number() : NotFinite(parent, key) ?? throw parent[key].Wrong("a number"));

    /// <summary>A number, or why there is none.</summary>
    public static readonly Codec<Known<double>> KnownNumber = Make<Known<double>>(
        (json, key, value) => json.Number(key, value.OrNull(), value.Reason),
        (parent, key) => parent[key] is { IsNull: false } there ? there.Number() : NotFinite(parent, key) is { } x ? x
            : Known.Unknown<double>(Reason(parent, key)));

    /// <summary>A whole number, written as a JSON number.</summary>
    public static readonly Codec<int> Whole = Make<int>((json, key, value) => json.WriteNumber(key, value), (parent, key) => parent[key].Whole());

    /// <summary>A whole number, or why there is none.</summary>
    public static readonly Codec<Known<int>> KnownWhole = Make<Known<int>>(
        (json, key, value) =>
        {
            if (value.TryGet(out int number)) json.WriteNumber(key, number);
            else
            {
                json.WriteNull(key);
                json.WriteString(key + "Reason", value.Reason);
            }
        },
        (parent, key) => parent[key].IsNull ? Known.Unknown<int>(Reason(parent, key)) : parent[key].Whole());

    /// <summary>A whole number that may be large.</summary>
    public static readonly Codec<long> Long = Make<long>((json, key, value) => json.WriteNumber(key, value), (parent, key) => parent[key].Long());

    /// <summary>A truth value, written as true or false.</summary>
    public static readonly Codec<bool> Truth = Make<bool>((json, key, value) => json.WriteBoolean(key, value), (parent, key) => parent[key].Truth());

    /// <summary>A text, written as a JSON string.</summary>
    public static readonly Codec<string> Text = Make<string>((json, key, value) => json.WriteString(key, value), (parent, key) => parent[key].Text());

    /// <summary>A text that is left out when there is none.</summary>
    public static readonly Codec<string?> TextIfAny = Make<string?>(
        (json, key, value) => { if (value is not null) json.WriteString(key, value); },
        (parent, key) => parent.Has(key) && !parent[key].IsNull ? parent[key].Text() : null);

    /// <summary>A number that is left out when there is none.</summary>
    public static readonly Codec<double?> NumberIfAny = Make<double?>(
        (json, key, value) => { if (value is { } x) json.Number(key, x); },
        (parent, key) => parent.Has(key) ? Number.Read(parent, key) : null);

    /// <summary>A verdict, by its name.</summary>
    public static readonly Codec<Verdict> Verdict = Make<Verdict>(
        (json, key, value) => json.WriteString(key, value.ToString()), (parent, key) => parent[key].Verdict());

    /// <summary>Numbers on one line. Those that are not finite are null; which of them are infinite stands beside them, under the key with "Infinite" or
    /// "MinusInfinite" appended.</summary>
    public static readonly Codec<IReadOnlyList<double>> Numbers = Make<IReadOnlyList<double>>((json, key, value) => json.Numbers(key, value),
        (parent, key) => List(parent, key));

    /// <summary>Numbers, or why there are none.</summary>
    public static readonly Codec<Known<IReadOnlyList<double>>> KnownNumbers = Make<Known<IReadOnlyList<double>>>(
        (json, key, value) => json.Numbers(key, value.OrNull(), value.Reason),
        (parent, key) => parent[key].IsNull ? Known.Unknown<IReadOnlyList<double>>(Reason(parent, key)) : Known.Of<IReadOnlyList<double>>(List(parent, key)));

    /// <summary>Rows of numbers, one row a line.</summary>
    public static readonly Codec<IReadOnlyList<IReadOnlyList<double>>> NumberRows = Make<IReadOnlyList<IReadOnlyList<double>>>(
        (json, key, value) =>
        {
            json.WriteStartArray(key);
            foreach (var row in value) json.Line(line => JsonNumbers.Array(line, row));
            json.WriteEndArray();
        },
        (parent, key) => [.. parent[key].Items().Select(row => (IReadOnlyList<double>)row.Numbers())]);

    /// <summary>Whole numbers on one line.</summary>
    public static readonly Codec<IReadOnlyList<int>> Wholes = Make<IReadOnlyList<int>>(
        (json, key, value) =>
        {
            json.WritePropertyName(key);
            json.Line(line =>
            {
                line.WriteStartArray();
                foreach (int x in value) line.WriteNumberValue(x);
                line.WriteEndArray();
            });
        },
        (parent, key) => [.. parent[key].Items().Select(i => i.Whole())]);

    /// <summary>Whole numbers on one line, or why there are none.</summary>
    public static readonly Codec<Known<IReadOnlyList<int>>> KnownWholes = Make<Known<IReadOnlyList<int>>>(
        (json, key, value) =>
        {
            if (value.TryGet(out var numbers)) Wholes.Write(json, key, numbers);
            else json.Null(key, value.Reason);
        },
        (parent, key) => parent[key].IsNull ? Known.Unknown<IReadOnlyList<int>>(Reason(parent, key)) : Known.Of(Wholes.Read(parent, key)));

    /// <summary>A list of texts.</summary>
    public static readonly Codec<IReadOnlyList<string>> Texts = Make<IReadOnlyList<string>>(
        (json, key, value) =>
        {
            json.WriteStartArray(key);
            foreach (string text in value) json.WriteStringValue(text);
            json.WriteEndArray();
        },
        (parent, key) => [.. parent[key].Items().Select(i => i.Text())]);

    /// <summary>Texts under keys of their own, in order.</summary>
    public static readonly Codec<IReadOnlyDictionary<string, string>> Map = Make<IReadOnlyDictionary<string, string>>(
        (json, key, value) =>
        {
            json.WriteStartObject(key);
            foreach (var (name, text) in value) json.WriteString(name, text);
            json.WriteEndObject();
        },
        (parent, key) => parent[key].Entries().ToDictionary(e => e.Name, e => e.Value.Text()));

    /// <summary>A value of an enumeration, by its lower-case name.</summary>
    public static Codec<T> Choice<T>() where T : struct, Enum => Make<T>(
        (json, key, value) => json.WriteString(key, value.Name()), (parent, key) => parent[key].Choice<T>());

    /// <summary>A number that may be missing for one reason only.</summary>
    public static Codec<double?> NumberOr(string reason) => Make<double?>(
        (json, key, value) => json.Number(key, value, reason),
        (parent, key) => parent[key] is { IsNull: false } there ? there.Number() : NotFinite(parent, key));

    /// <summary>A whole number that may be missing for one reason only.</summary>
    public static Codec<long?> LongOr(string reason) => Make<long?>(
        (json, key, value) =>
        {
            if (value is { } x) json.WriteNumber(key, x);
            else json.Null(key, reason);
        },
        (parent, key) => parent[key].IsNull ? null : parent[key].Long());

    /// <summary>A text that may be missing for one reason only.</summary>
    public static Codec<string?> TextOr(string reason) => Make<string?>(
        (json, key, value) =>
        {
            if (value is not null) json.WriteString(key, value);
            else json.Null(key, reason);
        },
        (parent, key) => parent.Has(key) && !parent[key].IsNull ? parent[key].Text() : null);

    /// <summary>Numbers that may be missing for one reason only.</summary>
    public static Codec<IReadOnlyList<double>?> NumbersOr(string reason) => Make<IReadOnlyList<double>?>(
        (json, key, value) => json.Numbers(key, value, reason), (parent, key) => parent[key].IsNull ? null : List(parent, key));

    /// <summary>The reason beside a null.</summary>
    public static string Reason(ResultsKey parent, string key) =>
        parent.TextOrNull(key + JsonNumbers.ReasonSuffix) is { } reason && !string.IsNullOrWhiteSpace(reason) ? reason : NoReason;

    /// <summary>A codec from two functions.</summary>
    public static Codec<T> Make<T>(Action<Utf8JsonWriter, string, T> write, Func<ResultsKey, string, T> read) => new(write, read);

    // A number that was not finite is told by its reason.
    private static double? NotFinite(ResultsKey parent, string key) => Reason(parent, key) switch
    {
        JsonNumbers.NotANumber => double.NaN,
        JsonNumbers.Infinite => double.PositiveInfinity,
        JsonNumbers.MinusInfinite => double.NegativeInfinity,
        _ => null,
    };

    private static double[] List(ResultsKey parent, string key)
    {
        double[] values = parent[key].Numbers();
        Place(JsonNumbers.InfiniteSuffix, double.PositiveInfinity);
        Place(JsonNumbers.MinusInfiniteSuffix, double.NegativeInfinity);
        return values;

        void Place(string suffix, double value)
        {
            if (!parent.Has(key + suffix)) return;
            foreach (var index in parent[key + suffix].Items())
                values[index.Whole() is var at && (uint)at < (uint)values.Length ? at : throw index.Wrong($"an index below {values.Length}")] = value;
        }
    }
}
