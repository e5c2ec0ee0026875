using System.Globalization;
using System.Text;

namespace KernelFlow.Hardening;

/// <summary>What a study found: how often what happened, and everything that must not happen.</summary>
/// <param name="log">Receives the first defects of each kind.</param>
/// <param name="printed">How many of each kind.</param>
internal sealed class Findings(TextWriter log, int printed = 4)
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal), _kinds = new(StringComparer.Ordinal);
    private readonly List<string> _defects = [];
    private readonly Lock _gate = new();

    /// <summary>What must not happen, one line each.</summary>
    public IReadOnlyList<string> Defects => _defects;

    /// <summary>How often things happened.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Counts something that may happen.</summary>
    public void Count(string what, long times = 1)
    {
        lock (_gate) _counts[what] = _counts.GetValueOrDefault(what) + times;
    }

    /// <summary>Something happened that must not.</summary>
    /// <param name="place">Which case it was: with it and the seed the case can be repeated.</param>
    /// <param name="kind">What it was, in words that are the same for all of its kind.</param>
    /// <param name="detail">What is particular about this one.</param>
    public void Defect(string place, string kind, string detail = "")
    {
        lock (_gate)
        {
            long times = _kinds[kind] = _kinds.GetValueOrDefault(kind) + 1;
            string line = Visible($"{place}: {kind}{(detail.Length == 0 ? "" : ": " + detail)}");
            _defects.Add(line);
            if (times <= printed) log.WriteLine("DEFECT " + line);
        }
    }

    /// <summary>One line with the counts, and one for each kind of defect.</summary>
    public string Summary(string study)
    {
        var text = new StringBuilder($"{study}: {Text(_counts)}; {(_defects.Count == 0 ? "no defects" : $"DEFECTS {Number(_defects.Count)}")}");
        foreach (var (kind, times) in _kinds) text.Append(CultureInfo.InvariantCulture, $"\n  {times} × {Visible(kind)}");
        return text.ToString();
    }

    private static string Text(IEnumerable<KeyValuePair<string, long>> counts) => string.Join(", ", counts.Select(c => $"{c.Key} {Number(c.Value)}"));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Visible(string text)
    {
        const int Longest = 700;
        var plain = new StringBuilder();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, Longest)))
            if (char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator) plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else plain.Append(c);
        return text.Length <= Longest ? plain.ToString() : plain.Append('…').ToString();
    }
}
