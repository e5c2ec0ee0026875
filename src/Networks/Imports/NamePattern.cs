using System.Text.RegularExpressions;

namespace KernelFlow.Networks.Imports;

/// <summary>The name of a file or of a tensor with places to fill in: {step}, a number, and {layer}, the name of a layer.</summary>
/// <remarks>In names of files * stands for any characters of one name. Everything else means itself.</remarks>
internal sealed class NamePattern
{
    private const string Step = "{step}", Layer = "{layer}";
    private const int Longest = 4096;

    private NamePattern(string text) => Text = text;

    /// <summary>As the map has it.</summary>
    public string Text { get; }

    /// <summary>Whether it depends on the step.</summary>
    public bool HasStep => Text.Contains(Step, StringComparison.Ordinal);

    /// <summary>Whether it depends on the layer.</summary>
    public bool HasLayer => Text.Contains(Layer, StringComparison.Ordinal);

    /// <summary>Whether it is looked for rather than named.</summary>
    public bool IsSearched => HasStep || Text.Contains('*', StringComparison.Ordinal);

    /// <summary>The pattern of a file inside the folder.</summary>
    /// <exception cref="InvalidRunException">It is none, or leads out of the folder.</exception>
    public static NamePattern OfFile(string text, string where)
    {
        var pattern = OfTensor(text, where);
        bool drive = text.Length >= 2 && char.IsAsciiLetter(text[0]) && text[1] == ':';
        string[] parts = text.Split('/');
        if (drive || text.Contains('\\') || text.Any(char.IsControl) || parts.Any(p => p is "" or "." or ".."))
            throw new InvalidRunException($"{where}: found {JsonText.Clip(text)}, expected a file name inside the folder (no absolute path, no \"..\", / "
                + "between folders).");
        if (text.Contains("*" + Step, StringComparison.Ordinal) || text.Contains(Step + "*", StringComparison.Ordinal))
            throw new InvalidRunException($"{where}: found {JsonText.Clip(text)}, expected no * beside {Step}: nothing would say where the number ends.");
        return pattern;
    }

    /// <summary>The pattern of a tensor's name.</summary>
    /// <exception cref="InvalidRunException">It has a place of another name.</exception>
    public static NamePattern OfTensor(string text, string where)
    {
        if (text.Length is 0 or > Longest) throw new InvalidRunException($"{where}: found a name of {text.Length} characters, expected 1 to {Longest}.");
        foreach (Match place in Regex.Matches(text, @"\{[^{}]*\}", RegexOptions.NonBacktracking))
            if (place.Value is not (Step or Layer))
                throw new InvalidRunException($"{where}: found {JsonText.Clip(place.Value)} in {JsonText.Clip(text)}, expected {Step} or {Layer}.");
        return new NamePattern(text);
    }

    /// <summary>The pattern with the name of a layer in it.</summary>
    public NamePattern For(string? layer) => layer is null ? this : new NamePattern(Text.Replace(Layer, layer, StringComparison.Ordinal));

    /// <summary>The number in a name, or 0 where there is no place for one; null when the name does not match. Where the number stands twice, both must be
    /// the same.</summary>
    /// <param name="name">The name.</param>
    /// <param name="wild">Whether * stands for any characters.</param>
    public long? Match(string name, bool wild) => Match(Text, name, wild);

    /// <summary>The files that match, by their numbers.</summary>
    /// <exception cref="InvalidRunException">Two files have one number.</exception>
    public SortedDictionary<long, string> Find(string folder, string where)
    {
        var found = new SortedDictionary<long, string>();
        string[] parts = Text.Split('/');
        Walk(folder, 0, null);
        return found;

        void Walk(string at, int depth, long? number)
        {
            bool last = depth == parts.Length - 1;
            if (!Directory.Exists(at)) return;
            foreach (string path in Directory.EnumerateFileSystemEntries(at).Order(StringComparer.Ordinal))
            {
                string name = Path.GetFileName(path);
                if (Match(parts[depth], name, wild: true) is not { } here || (!last && !Directory.Exists(path)) || (last && Directory.Exists(path))) continue;
                long? now = parts[depth].Contains(Step, StringComparison.Ordinal) ? here : number;
                if (number is { } before && now != before) continue;
                if (!last) Walk(path, depth + 1, now);
                else if (!found.TryAdd(now ?? 0, path))
                    throw new InvalidRunException($"{where}: {Text}: found {Path.GetRelativePath(folder, found[now ?? 0])} and "
                        + $"{Path.GetRelativePath(folder, path)}"
                        + (HasStep ? FormattableString.Invariant($" for step {now}") : "") + ", expected one file.");
            }
        }
    }

    private static long? Match(string pattern, string name, bool wild)
    {
        var text = new System.Text.StringBuilder("\\A");
        int places = 0;
        foreach (string piece in Regex.Split(pattern, wild ? @"(\{step\}|\*)" : @"(\{step\})", RegexOptions.NonBacktracking))
            _ = piece == Step ? text.Append("(?<s").Append(++places).Append(">[0-9]{1,18})")
                : piece == "*" && wild ? text.Append("[^/]*") : text.Append(Regex.Escape(piece));
        var match = new Regex(text.Append("\\z").ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant).Match(name);
        if (!match.Success) return null;
        long? number = null;
        for (int i = 1; i <= places; i++)
        {
            long here = long.Parse(match.Groups[FormattableString.Invariant($"s{i}")].Value, System.Globalization.CultureInfo.InvariantCulture);
            if (number is { } before && before != here) return null;
            number = here;
        }
        return number ?? 0;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
