using System.Buffers.Binary;
using KernelFlow.Bridges;
using KernelFlow.Files;

namespace KernelFlow;

/// <summary>A safetensors file opened through a memory map: the header is read and validated, data are read when asked for, block by block.</summary>
/// <remarks>Layout: 8 bytes little-endian header length L; L bytes of JSON; row-major little-endian data without gaps. A file larger than memory works.
/// Concurrent reads are safe. Only the map stays open.</remarks>
public sealed class SafetensorsFile : ContainerFile
{
    private readonly FileMap _map;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;

    private SafetensorsFile(FileMap map, SafetensorsHeader header, long dataStart) : base(map.Path)
    {
        _map = map;
        _header = header;
        _dataStart = dataStart;
    }

    /// <summary>What the header says of each tensor, by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The free-form strings under <c>__metadata__</c>; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <inheritdoc/>
    public override IEnumerable<string> Names => Entries.Keys;

    /// <summary>Opens and validates a file.</summary>
    /// <param name="path">The file; messages repeat it as given.</param>
    /// <exception cref="InvalidRunException">The file is not found or unreadable, is cut off, or its header is not sound: longer than the file or 100 MB, not
    /// JSON, names that stand twice, offsets out of range, overlapping, with gaps or not matching shape × dtype, shapes whose size overflows.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("safetensors files are read on little-endian machines only.");
        try
        {
            if (!File.Exists(path))
                throw new InvalidRunException($"{path}: not found{(Directory.Exists(path) ? " (it is a folder, expected a safetensors file)" : "")}.");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            long headerLength = HeaderLength(file, path);
            var json = new byte[headerLength];
            file.ReadExactly(json);
            var header = SafetensorsHeader.Parse(json, file.Length - 8 - headerLength, path);
            return new SafetensorsFile(new FileMap(path, file), header, 8 + headerLength);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidRunException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether the file has the named tensor in a dtype that this version reads.</summary>
    public override bool CanRead(string name) => Entries.TryGetValue(name, out var entry) && entry.Type is not null;

    /// <summary>The named tensor, or null when the file does not have it.</summary>
    /// <exception cref="InvalidRunException">It has a dtype that this version does not read.</exception>
    public override TensorSource? Find(string name)
    {
        if (!Entries.TryGetValue(name, out var entry)) return null;
        if (entry.Type is not { } type)
            throw new InvalidRunException($"{Path}: {name}: found dtype {JsonText.Clip(entry.Dtype)}, expected {Dtypes.Readable}.");
        return new SafetensorsTensor(_map, entry, type, _dataStart);
    }

    /// <summary>Feeds the mapped bytes, those that tensors are read from, to a hash.</summary>
    /// <inheritdoc/>
    public override void AppendTo(Sha256 hash, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(hash);
        _map.AppendTo(hash, cancellation);
    }

    /// <summary>Unmaps the file; tensors of it throw <see cref="ObjectDisposedException"/> from then on.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _map.Dispose();
    }

    private static long HeaderLength(FileStream file, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (file.Length < 8)
            throw new TruncatedFileException(
                $"{path}: found {file.Length} bytes, expected at least 8 (the length of the header): the file was cut off in writing.");
        file.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.MaximumLength)
            throw new InvalidRunException(
                $"{path}: found a header length of {length} bytes, expected at most {SafetensorsHeader.MaximumLength}: not a safetensors file.");
        if ((long)length > file.Length - 8)
            throw new TruncatedFileException(
                $"{path}: found {file.Length - 8} bytes after the header length, expected at least {length}, the header: the file was cut off in writing.");
        return (long)length;
    }
}
