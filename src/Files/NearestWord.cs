namespace KernelFlow.Files;

/// <summary>What somebody may have meant who mistyped a word.</summary>
public static class NearestWord
{
    /// <summary>The nearest of the known words; null when none is near.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="known">What would have been understood.</param>
    public static string? Of(string word, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(known);
        // Words of files may be as long as files; nothing so long is near to anything known.
        return known.Where(k => Math.Abs(k.Length - word.Length) <= Limit(k)).Select(k => (Word: k, Distance: Distance(word, k)))
            .Where(k => k.Distance <= Limit(k.Word)).OrderBy(k => k.Distance).FirstOrDefault().Word;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.</summary>
    /// <param name="a">A word.</param>
    /// <param name="b">The other one.</param>
    public static int Distance(string a, string b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
            for (int j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        return d[a.Length, b.Length];
    }

    private static int Limit(string word) => Math.Max(2, word.Length / 3);
}
