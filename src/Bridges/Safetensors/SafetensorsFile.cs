using System.Buffers.Binary;
using KernelFlow.Bridges;
using KernelFlow.Files;

namespace KernelFlow;

/// <summary>A safetensors file: the header is read and validated, data are read when asked for, piece by piece.</summary>
/// <remarks>Layout: 8 bytes little-endian header length L; L bytes of JSON; row-major little-endian data without gaps. A file larger than memory works.
/// Concurrent reads are safe. A file that is cut, written to or replaced while it is open is an <see cref="UnreadableFileException"/> at the next
/// read.</remarks>
public sealed class SafetensorsFile : ContainerFile
{
    private readonly PositionedFile _file;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;

    private SafetensorsFile(PositionedFile file, SafetensorsHeader header, long dataStart) : base(file.Path)
    {
        _file = file;
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
        PositionedFile? file = null;
        try
        {
            file = new PositionedFile(path);
            long headerLength = HeaderLength(file);
            var json = new byte[headerLength];
            file.Read(8, json);
            return new SafetensorsFile(file, SafetensorsHeader.Parse(json, file.Length - 8 - headerLength, path), 8 + headerLength);
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (e is UnreadableFileException) throw new InvalidRunException(e.Message, e);
            throw;
        }
    }

    /// <summary>Whether the file has the named tensor in a dtype that this version reads.</summary>
    public override bool CanRead(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Entries.TryGetValue(name, out var entry) && entry.Type is not null;
    }

    /// <summary>The named tensor, or null when the file does not have it.</summary>
    /// <exception cref="InvalidRunException">It has a dtype that this version does not read.</exception>
    public override TensorSource? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Entries.TryGetValue(name, out var entry)) return null;
        if (entry.Type is not { } type)
            throw new InvalidRunException($"{Path}: {name}: found dtype {JsonText.Clip(entry.Dtype)}, expected {TensorTypes.Text(name)}.");
        return new SafetensorsTensor(_file, entry, type, _dataStart);
    }

    /// <summary>Feeds the bytes that tensors are read from to a hash.</summary>
    /// <inheritdoc/>
    public override void AppendTo(Sha256 hash, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(hash);
        _file.AppendTo(hash, cancellation);
    }

    /// <summary>Closes the file; tensors of it throw <see cref="ObjectDisposedException"/> from then on.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
    }

    private static long HeaderLength(PositionedFile file)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (file.Length < 8)
            throw new TruncatedFileException(
                $"{file.Path}: found {file.Length} bytes, expected at least 8 (the length of the header): the file was cut off in writing.");
        file.Read(0, prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.MaximumLength)
            throw new InvalidRunException(
                $"{file.Path}: found a header length of {length} bytes, expected at most {SafetensorsHeader.MaximumLength}: not a safetensors file.");
        long rest = file.Length - 8;
        if ((long)length > rest)
            throw new TruncatedFileException(
                $"{file.Path}: found {rest} bytes after the header length, expected at least {length}, the header: the file was cut off in writing.");
        return (long)length;
    }
}
