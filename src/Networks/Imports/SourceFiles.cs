namespace KernelFlow.Networks.Imports;

/// <summary>The files of the folder that is imported: found by their patterns, opened when something of them is wanted.</summary>
internal sealed class SourceFiles(string folder, string map) : IDisposable
{
    private readonly Dictionary<string, SortedDictionary<long, string>> _found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ContainerFile> _open = new(StringComparer.Ordinal);

    public string Folder => folder;

    /// <summary>The files that match, by their numbers.</summary>
    public SortedDictionary<long, string> Find(NamePattern pattern) =>
        _found.TryGetValue(pattern.Text, out var there) ? there : _found[pattern.Text] = pattern.Find(folder, map);

    /// <summary>The one file of a name, or that of a checkpoint.</summary>
    /// <param name="pattern">The file.</param>
    /// <param name="number">The number of the checkpoint; null where it is no checkpoint's.</param>
    /// <param name="what">What is looked for.</param>
    public string Path(NamePattern pattern, long? number, string what)
    {
        if (!pattern.IsSearched)
        {
            string path = System.IO.Path.Combine(folder, pattern.Text);
            return File.Exists(path) ? path : throw new InvalidRunException($"{path}: not found, expected a file with {what}.");
        }
        var files = Find(pattern);
        if (files.TryGetValue(pattern.HasStep ? number ?? -1 : 0, out string? file)) return file;
        throw new InvalidRunException($"{folder}: {what}: no file matches {pattern.Text}"
            + (pattern.HasStep ? number is null ? " (it has no step)" : FormattableString.Invariant($" with step {number}")
                + $"; found {Steps(files.Keys)}" : "") + ".");
    }

    /// <summary>A file that stays open.</summary>
    public ContainerFile Open(string path) => _open.TryGetValue(path, out var file) ? file : _open[path] = RunFormat.Default.OpenFile(path);

    /// <summary>Steps as a message has them.</summary>
    public static string Steps(IEnumerable<long> steps)
    {
        long[] all = [.. steps];
        return all.Length == 0 ? "none" : "steps " + string.Join(", ", all.Length <= 12 ? all.Select(s => $"{s}") : [.. all.Take(10).Select(s => $"{s}"),
            "…", $"{all[^1]}"]);
    }

    public void Dispose()
    {
        foreach (var file in _open.Values) file.Dispose();
    }
}

/// <summary>The tensors of one checkpoint, or of the data; files of the checkpoint are closed with it.</summary>
/// <param name="files">All files.</param>
/// <param name="number">The number in the names; null for the data.</param>
/// <param name="own">The file of tensors for which none is named.</param>
internal sealed class SourceTensors(SourceFiles files, long? number, NamePattern? own) : IDisposable
{
    private const int NamesShown = 20;
    private readonly Dictionary<string, ContainerFile> _open = new(StringComparer.Ordinal);

    /// <summary>What messages say before a defect.</summary>
    private string At => number is null ? "" : FormattableString.Invariant($"checkpoint of step {number}: ");

    /// <summary>The tensor that is to have a name in the run.</summary>
    /// <exception cref="InvalidRunException">It is not there; the message names the checkpoint, the tensor, and what is there.</exception>
    public TensorSource Get(string name, TensorReference reference)
    {
        var parts = (reference.Layers ?? [null!]).Select(layer => Part(name, reference, layer)).ToArray();
        if (parts.Length == 1) return parts[0];
        foreach (var part in parts)
            if (part.Shape.Count == 0 || !part.Shape.SkipLast(1).SequenceEqual(parts[0].Shape.SkipLast(1)))
                throw new InvalidRunException($"{part.Location}: {At}{name}: found shape {part.ShapeText}, expected that of {parts[0].Location} "
                    + $"{parts[0].ShapeText} up to "
                    + "the last extent; reshape them.");
        return new JoinedTensor(name, parts);
    }

    /// <summary>The file with tensors for which no other is named.</summary>
    public ContainerFile File(NamePattern pattern, string what)
    {
        string path = files.Path(pattern, number, At + what);
        if (!pattern.HasStep) return files.Open(path);
        return _open.TryGetValue(path, out var file) ? file : _open[path] = RunFormat.Default.OpenFile(path);
    }

    public void Dispose()
    {
        foreach (var file in _open.Values) file.Dispose();
    }

    private TensorSource Part(string name, TensorReference reference, string? layer)
    {
        var pattern = (reference.File ?? own)?.For(layer) ?? throw new InvalidRunException($"{files.Folder}: {name}: no file is named for it.");
        var file = File(pattern, name);
        string found = Name(file, reference.Tensor?.For(layer), name);
        var tensor = file.Find(found)!;
        if (reference.Reversed) tensor = new TransposedTensor(tensor, [.. Enumerable.Range(0, tensor.Shape.Count).Reverse()]);
        if (reference.Axes is { } axes)
        {
            if (axes.Count != tensor.Shape.Count)
                throw new InvalidRunException($"{file.Path}: {At}{name}: {found} has shape {tensor.ShapeText}, expected {axes.Count} axes to transpose.");
            tensor = new TransposedTensor(tensor, [.. axes.Select(a => (int)a)]);
        }
        return new ReshapedTensor(name, tensor, Shape(tensor, reference.Shape, $"{file.Path}: {At}{name}: {found}"));
    }

    private string Name(ContainerFile file, NamePattern? tensor, string name)
    {
        string[] names = [.. file.Names.Order(StringComparer.Ordinal)];
        string[] fit = [.. tensor is null ? names : !tensor.HasStep ? names.Where(n => n == tensor.Text) : names.Where(n => tensor.Match(n,
            wild: false) == number)];
        if (fit.Length == 1) return fit[0];
        string found = names.Length == 0 ? "none" : string.Join(", ", names.Take(NamesShown).Select(n => JsonText.Clip(n))) + (names.Length > NamesShown
            ? ", …" : "");
        throw new InvalidRunException(tensor is null
            ? $"{file.Path}: {At}{name}: found {names.Length} tensors ({found}), expected one, or the name of one in the map."
            : fit.Length > 1 ? $"{file.Path}: {At}{name}: {tensor.Text} matches {string.Join(" and ", fit)}, expected one tensor."
            : $"{file.Path}: {At}{name}: tensor {JsonText.Clip(tensor.Text)} is missing; found {found}.");
    }

    private static IReadOnlyList<long> Shape(TensorSource tensor, IReadOnlyList<long>? wanted, string where)
    {
        if (wanted is null) return tensor.Shape;
        Int128 product = 1;
        foreach (long extent in wanted)
            if (extent > 0) product = product > long.MaxValue ? product : product * extent;
        bool open = wanted.Contains(-1);
        if (product > long.MaxValue || (open ? tensor.Count % (long)product != 0 || tensor.Count == 0 : tensor.Count != (long)product))
            throw new InvalidRunException($"{where} has shape {tensor.ShapeText}, expected as many elements as [{string.Join(", ", wanted)}].");
        return [.. wanted.Select(e => e > 0 ? e : tensor.Count / (long)product)];
    }
}
