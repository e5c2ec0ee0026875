using System.Globalization;
using System.Text;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>What a message must not hold: it is printed on terminals and into logs, and is read by people who do not know how this tool is made.</summary>
internal static class MessageCheck
{
    private const int Longest = 3000;

    private static readonly string[] s_foreignWords =
        ["reader option", "isFinalBlock", "LineNumber", "BytePositionInLine", "Path: $", "(Parameter '", "JsonReader", "JsonDocument", "System.",
            "UTF-16", "Nullable"];

    /// <summary>What is wrong with a message; null where nothing is.</summary>
    public static string? Complaint(string message)
    {
        if (message.Length > Longest) return "a message of more than 3,000 characters";
        foreach (var rune in message.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator) return FormattableString.Invariant($"a message with U+{rune.Value:X4}");
        if (message.Where((c, i) => char.IsSurrogate(c) && !IsPaired(message, i)).Any()) return "a message with half a character";
        return s_foreignWords.FirstOrDefault(word => message.Contains(word, StringComparison.Ordinal)) is { } found
            ? $"a message in the words of the platform ({found})" : null;
    }

    private static bool IsPaired(string text, int at) =>
        char.IsHighSurrogate(text[at]) ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) : at > 0 && char.IsHighSurrogate(text[at - 1]);
}
