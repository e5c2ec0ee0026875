using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>Several safetensors files as one, by the index that lists which tensor lies where.</summary>
internal sealed class ShardedFile : ContainerFile
{
    private const int MostShards = 10_000;

    private readonly byte[] _index;
    private readonly Dictionary<string, SafetensorsFile> _shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsFile> _tensors = new(StringComparer.Ordinal);
    private readonly string[] _names;

    private ShardedFile(string path, byte[] index) : base(path)
    {
        _index = index;
        try
        {
            var files = ShardIndex.Parse(index, path);
            _names = [.. files.Keys];
            string folder = System.IO.Path.GetDirectoryName(path) ?? "";
            foreach (var (name, file) in files)
            {
                if (!_shards.TryGetValue(file, out var shard))
                {
                    if (_shards.Count == MostShards) throw new InvalidRunException($"{path}: found more than {MostShards} files, expected at most as many.");
                    _shards.Add(file, shard = SafetensorsFile.Open(System.IO.Path.Combine(folder, file)));
                }
                if (!shard.Entries.ContainsKey(name))
                    throw new InvalidRunException($"{shard.Path}: tensor {PrintableText.Name(name)} is missing, which {path} says is there.");
                _tensors.Add(name, shard);
            }
            // Another program that reads every file would find it: so it was meant to be there, and the index is that of other files.
            foreach (var shard in _shards.Values)
                if (shard.Entries.Keys.FirstOrDefault(n => !_tensors.TryGetValue(n, out var owner) || owner != shard) is { } extra)
                    throw new InvalidRunException($"{shard.Path}: found tensor {PrintableText.Name(extra)}, which {path} does not list in this file.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Names => _names;

    /// <summary>Opens an index and the files that it names.</summary>
    /// <exception cref="InvalidRunException">One of them is missing or not sound, or they do not agree.</exception>
    public static ShardedFile Open(string path)
    {
        try
        {
            return new ShardedFile(path, RegularFile.ReadAllBytes(path, ShardIndex.MaximumLength));
        }
        catch (UnreadableFileException e)
        {
            throw new InvalidRunException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override bool CanRead(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _tensors.TryGetValue(name, out var shard) && shard.CanRead(name);
    }

    /// <inheritdoc/>
    public override TensorSource? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _tensors.TryGetValue(name, out var shard) ? shard.Find(name) : null;
    }

    /// <summary>The bytes of the index as it was read, then those of its files in the order in which it names them.</summary>
    /// <inheritdoc/>
    public override void AppendTo(Sha256 hash, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(hash);
        hash.Append(_index);
        foreach (var shard in _shards.Values) shard.AppendTo(hash, cancellation);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (var shard in _shards.Values) shard.Dispose();
    }
}
