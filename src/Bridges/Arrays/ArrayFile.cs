using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>An opened file of named arrays.</summary>
internal sealed class ArrayFile : ContainerFile
{
    private readonly PositionedFile _file;
    private readonly SharedScratch _scratch;
    private readonly Dictionary<string, StoredArray> _arrays = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    private ArrayFile(PositionedFile file, SharedScratch scratch, IEnumerable<StoredArray> arrays) : base(file.Path)
    {
        (_file, _scratch) = (file, scratch);
        foreach (var array in arrays)
        {
            if (!_arrays.TryAdd(array.Name, array))
                throw new InvalidRunException($"{file.Path}: tensor {PrintableText.Name(array.Name)} stands twice in the file, expected once.");
            _names.Add(array.Name);
        }
    }

    /// <summary>Reads what a file says of its arrays.</summary>
    public delegate IEnumerable<StoredArray> Reader(PositionedFile file, SharedScratch scratch);

    /// <inheritdoc/>
    public override IEnumerable<string> Names => _names;

    /// <summary>What the file says of each array, by name.</summary>
    public IReadOnlyDictionary<string, StoredArray> Arrays => _arrays;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file; messages repeat it as given.</param>
    /// <param name="read">Reads what it says of its arrays.</param>
    /// <exception cref="InvalidRunException">It is missing, or not sound.</exception>
    public static ArrayFile Open(string path, Reader read)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("files of arrays are read on little-endian machines only.");
        PositionedFile? file = null;
        SharedScratch? scratch = null;
        try
        {
            file = new PositionedFile(path);
            scratch = new SharedScratch(path);
            return new ArrayFile(file, scratch, read(file, scratch));
        }
        catch (Exception e)
        {
            scratch?.Dispose();
            file?.Dispose();
            if (e is UnreadableFileException) throw new InvalidRunException(e.Message, e);
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool CanRead(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _arrays.TryGetValue(name, out var array) && array.Element.Type is not null;
    }

    /// <inheritdoc/>
    public override TensorSource? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_arrays.TryGetValue(name, out var array)) return null;
        if (array.Element.Type is null)
            throw new InvalidRunException(
                $"{Path}: {PrintableText.Name(name)}: found dtype {PrintableText.Name(array.Element.Name)}, expected {TensorTypes.Text(name)}.");
        return new ArrayTensor(array, Path);
    }

    /// <inheritdoc/>
    public override void AppendTo(Sha256 hash, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(hash);
        _file.AppendTo(hash, cancellation);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        _scratch.Dispose();
        _file.Dispose();
    }
}
