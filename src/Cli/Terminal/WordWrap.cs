namespace KernelFlow.Cli;

/// <summary>Breaks lines between words so that they fit a width.</summary>
internal static class WordWrap
{
    /// <summary>Narrower than this nothing is gained by breaking.</summary>
    private const int Least = 20;

    /// <summary>The pieces of a line. Those after the first are indented by two more than the line is; a word that is longer than the width, such as the
    /// name of a folder, stays whole.</summary>
    /// <param name="line">One line.</param>
    /// <param name="width">Columns of the terminal; null leaves the line as it is.</param>
    /// <param name="hanging">Columns by which later pieces are indented; null for two more than the first.</param>
    public static IEnumerable<string> Pieces(string line, int? width, int? hanging = null)
    {
        line = width is null ? line : line.TrimEnd(' ');
        if (width is not >= Least || line.Length <= width)
        {
            yield return line;
            yield break;
        }
        int indent = Math.Min(hanging ?? line.Length - line.TrimStart(' ').Length + 2, width.Value / 2), start = 0;
        string margin = "";
        while (start < line.Length)
        {
            int room = width.Value - margin.Length;
            if (line.Length - start <= room)
            {
                yield return margin + line[start..];
                yield break;
            }
            int blank = Break(line, start, room);
            if (blank < 0)
            {
                yield return margin + line[start..];
                yield break;
            }
            yield return margin + line[start..blank].TrimEnd(' ');
            start = blank;
            while (start < line.Length && line[start] == ' ') start++;
            margin = new string(' ', indent);
        }
    }

    // The last blank that leaves no more than the room before it, or else the first one after it; never one of the blanks that a line begins with.
    private static int Break(string line, int start, int room)
    {
        int text = start;
        while (text < line.Length && line[text] == ' ') text++;
        for (int at = start + room; at > text; at--)
            if (IsBreak(line, at)) return at;
        for (int at = Math.Max(text, start + room); at < line.Length; at++)
            if (IsBreak(line, at)) return at;
        return -1;
    }

    // A number stays with its percent sign.
    private static bool IsBreak(string line, int at) => line[at] == ' ' && !(at + 1 < line.Length && line[at + 1] == '%');
}
