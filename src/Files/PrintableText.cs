using System.Globalization;
using System.Text;

namespace KernelFlow.Files;

/// <summary>Text from files as people read it: nothing in it can move a cursor, begin a line of its own or turn the direction of writing, and it is
/// short.</summary>
/// <remarks>What cannot be printed becomes a visible escape such as \u001b, which JSON reads back as the character.</remarks>
public static class PrintableText
{
    /// <summary>The longest name that is printed whole.</summary>
    public const int LongestName = 120;

    /// <summary>The longest message.</summary>
    public const int LongestMessage = 2000;

    /// <summary>A name from a file, on one line; of a long one its beginning and its end.</summary>
    /// <param name="text">The name.</param>
    /// <param name="longest">The largest number of characters to print.</param>
    public static string Name(string text, int longest = LongestName) => Shorten(Line(text, longest), longest);

    /// <summary>A message, on one line; of a long one its beginning and its end.</summary>
    public static string Message(string text) => Name(text, LongestMessage);

    /// <summary>A text on one line.</summary>
    public static string Line(string text) => Line(text, int.MaxValue);

    /// <summary>A text of several lines: line feeds, carriage returns before them and tabs stay.</summary>
    public static string Lines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsPlain(text)) return text;
        var lines = text.Replace("\r\n", "\n").Split('\n').Select(line => string.Join('\t', line.Split('\t').Select(part => Line(part))));
        return string.Join('\n', lines);
    }

    /// <summary>Whether a character is printed as it is: no control, no format character, no half of a pair, and one that Unicode has.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value is >= ' ' and < 0x7F || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);

    // A text of millions of characters is not escaped only to be shortened: its two ends are enough.
    private static string Line(string text, int longest)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (longest < int.MaxValue / 4 && text.Length > 4 * longest)
            text = string.Concat(text.AsSpan(0, 2 * longest), "…", text.AsSpan(text.Length - 2 * longest));
        if (IsPlain(text)) return text;
        var line = new StringBuilder(text.Length + 32);
        for (int i = 0; i < text.Length;)
        {
            int length = Rune.TryGetRuneAt(text, i, out var rune) ? rune.Utf16SequenceLength : 0;
            if (length > 0 && IsPrintable(rune)) line.Append(text, i, length);
            else
                foreach (char c in text.AsSpan(i, Math.Max(1, length))) line.Append(Escape(c));
            i += Math.Max(1, length);
        }
        return line.ToString();
    }

    private static string Escape(char c) => c switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };

    private static string Shorten(string text, int longest)
    {
        if (text.Length <= longest) return text;
        int head = (longest - 1) * 2 / 3, tail = longest - 1 - head;
        if (char.IsHighSurrogate(text[head - 1])) head--;
        if (char.IsLowSurrogate(text[^tail])) tail--;
        return string.Concat(text.AsSpan(0, head), "…", text.AsSpan(text.Length - tail));
    }

    private static bool IsPlain(string text)
    {
        foreach (char c in text)
            if (c is < ' ' or >= (char)0x7F) return false;
        return true;
    }
}
