using System.Globalization;
using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Analysis.Cache;

/// <summary>What an entry of the cache was computed from: every fact that its numbers depend on, one per line. Two keys are the same exactly where all
/// facts are, and where any differs the entry is another one.</summary>
/// <param name="Kind">What the entry holds, a word that is part of its file name.</param>
/// <param name="Text">The facts, one per line, in the order in which they were given.</param>
internal sealed record CacheKey(string Kind, string Text)
{
    /// <summary>The version of what entries hold. It changes whenever the same facts would give other bits.</summary>
    public const int FormatVersion = 1;

    private const int Digits = 40;

    /// <summary>A key of facts.</summary>
    /// <param name="kind">What the entry holds: lower-case letters and dashes.</param>
    /// <param name="facts">Names and values; numbers are written so that they can be told apart to the last bit.</param>
    public static CacheKey Of(string kind, params (string Name, object? Value)[] facts)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentNullException.ThrowIfNull(facts);
        var text = new StringBuilder($"{kind} {FormatVersion}\n");
        foreach (var (name, value) in facts) text.Append(name).Append('=').Append(Written(value)).Append('\n');
        return new CacheKey(kind, text.ToString());
    }

    /// <summary>The same facts and more, for an entry of another kind.</summary>
    public CacheKey Extended(string kind, params (string Name, object? Value)[] facts)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        return Of(kind, [("of", Sum), .. facts]);
    }

    /// <summary>SHA-256 of the facts, in hexadecimal digits.</summary>
    public string Sum { get; } = Convert.ToHexStringLower(Sha256.Of(Encoding.UTF8.GetBytes(Text)));

    /// <summary>The name of the entry's file.</summary>
    public string FileName => $"{Kind}-{Sum[..Digits]}{EntryFile.Suffix}";

    private static string Written(object? value) => value switch
    {
        null => "none",
        double x => x.ToString("R", CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        // A value of several lines would look like several facts.
        _ => value.ToString()!.ReplaceLineEndings(" "),
    };
}
