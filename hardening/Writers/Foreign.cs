namespace KernelFlow.Hardening.Writers;

/// <summary>Files that are not this tool's: in the output folder, beside it, and behind links in it. None of them may change.</summary>
internal sealed class Foreign
{
    private readonly string _folder;
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>Puts them there.</summary>
    /// <param name="folder">The folder of a case.</param>
    /// <param name="inside">The report or run folder in it that holds some of them; null for none inside.</param>
    public Foreign(string folder, string? inside)
    {
        _folder = folder;
        Put("victim.txt", "precious");
        Put("o.txt", "mine");
        if (inside is null) return;
        foreach (string name in (string[])["notes.txt", "movie.mp4.part", "checkpoint-best.safetensors", "sub/keep.bin"])
            Put(Path.Combine(inside, name), "mine: " + name);
        // Names that an earlier version gave to temporary files: what a link leads to is not written.
        foreach (string name in (string[])["run.json.part", "results.json.part", "compare.json.part", "link.txt"])
            File.CreateSymbolicLink(Path.Combine(folder, inside, name), Path.Combine(folder, "victim.txt"));
    }

    /// <summary>What happened to them; null for nothing.</summary>
    public string? Harm()
    {
        foreach (var (name, text) in _texts)
        {
            string path = Path.Combine(_folder, name);
            if (!File.Exists(path)) return $"{name} is gone";
            if (File.ReadAllText(path) != text) return $"{name} was changed";
        }
        return null;
    }

    /// <summary>Whether a file of the case is one of these.</summary>
    public bool Has(string file) => _texts.ContainsKey(file) || new FileInfo(Path.Combine(_folder, file)).LinkTarget is not null;

    private void Put(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, _texts[name] = text);
    }
}
