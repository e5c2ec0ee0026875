using System.Text;
using System.Text.Json;

namespace KernelFlow.Files;

/// <summary>Why a text is not JSON, in this tool's words: those of .NET speak of reader modes and options to a user who has neither.</summary>
public static class JsonDefect
{
    /// <summary>Where a text is not JSON, and why.</summary>
    /// <param name="e">What the reader threw.</param>
    /// <param name="json">What it read, without a byte order mark.</param>
    public static string Sentence(JsonException e, ReadOnlySpan<byte> json)
    {
        ArgumentNullException.ThrowIfNull(e);
        // The reader does not say where a key stands for the second time.
        string place = e.BytePositionInLine is { } at ? FormattableString.Invariant($" at line {e.LineNumber + 1 ?? 1}, byte {at + 1}") : "";
        return $"not valid JSON{place}: {Reason(e, json)}";
    }

    /// <summary>The first byte, counted from 1, that is not UTF-8; null when there is none.</summary>
    /// <param name="text">The bytes.</param>
    public static long? NotUtf8(ReadOnlySpan<byte> text)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(text);
            return null;
        }
        catch (DecoderFallbackException e)
        {
            return e.Index + 1L;
        }
    }

    /// <summary>The reason, without the position.</summary>
    /// <param name="e">What the reader threw.</param>
    /// <param name="json">What it read, without a byte order mark.</param>
    public static string Reason(JsonException e, ReadOnlySpan<byte> json)
    {
        ArgumentNullException.ThrowIfNull(e);
        if (e.BytePositionInLine is null && Between(e.Message, '\'') is { } key) return $"the key {Clip(key)} stands twice";
        if (e.Message.Contains("maximum configured depth", StringComparison.Ordinal)) return "it is nested too deeply";
        foreach (string end in (string[])["end of the JSON payload", "reached end of data"])
            if (e.Message.Contains(end, StringComparison.Ordinal)) return "the text ends too early";
        int at = Offset(e, json);
        var before = json[..at].TrimEnd(" \t\r\n"u8);
        var rest = json[at..];
        if (rest.Trim(" \t\r\n"u8).IsEmpty) return before.IsEmpty ? "there is nothing in it" : "the text ends too early";
        if (rest[0] is (byte)'}' or (byte)']' && before.EndsWith(","u8)) return $"found {(char)rest[0]} after a comma; no comma may follow the last value";
        foreach (string word in (string[])["NaN", "-Infinity", "Infinity"])
            if (rest.StartsWith(Encoding.ASCII.GetBytes(word)) || (word[0] == '-' && before.EndsWith("-"u8) && rest.StartsWith("Infinity"u8)))
                return $"found {word}, which is no JSON number";
        return $"found {Byte(rest[0])}, which cannot stand there";
    }

    /// <summary>The position of the first wrong byte.</summary>
    /// <param name="e">What the reader threw.</param>
    /// <param name="json">What it read.</param>
    public static int Offset(JsonException e, ReadOnlySpan<byte> json)
    {
        ArgumentNullException.ThrowIfNull(e);
        int start = 0;
        for (long line = e.LineNumber ?? 0; line > 0 && json[start..].IndexOf((byte)'\n') is >= 0 and var length; line--) start += length + 1;
        return (int)Math.Min(json.Length, start + (e.BytePositionInLine ?? 0));
    }

    private static string Byte(byte value) => value is > 32 and < 127 ? $"'{(char)value}'" : $"byte 0x{value:X2}";

    private static string? Between(string text, char quote)
    {
        int first = text.IndexOf(quote), last = text.LastIndexOf(quote);
        return last > first ? text[(first + 1)..last] : null;
    }

    private static string Clip(string text) => PrintableText.Name(text, 60);
}
