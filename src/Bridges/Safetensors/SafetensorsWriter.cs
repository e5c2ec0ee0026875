using KernelFlow.Files;
using System.Buffers.Binary;
using System.Text.Json;
using KernelFlow.Bridges;

namespace KernelFlow;

/// <summary>Writes safetensors files, block by block and crash-safe: under a temporary name, flushed to the disk, then renamed.</summary>
/// <remarks>Tensors are stored in their own <see cref="StorageType"/>, wider types first and the header padded to 8 bytes, so every element is aligned in the
/// file.</remarks>
public static class SafetensorsWriter
{
    private const int PieceElements = 1 << 17, LongestRow = 1 << 22;

    /// <summary>Writes tensors to a file, replacing it.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="tensors">Tensors with distinct names.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, or one is called <c>__metadata__</c>.</exception>
    /// <exception cref="InvalidRunException">A value is NaN or infinite, or does not fit its stored type; nothing is written then.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, params IEnumerable<TensorSource> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Write(path, metadata: null, tensors);
    }

    /// <summary>Writes tensors and free-form strings to a file, replacing it.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; null for none.</param>
    /// <param name="tensors">Tensors with distinct names.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, or one is called <c>__metadata__</c>.</exception>
    /// <exception cref="InvalidRunException">A value is NaN or infinite, or does not fit its stored type; nothing is written then.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, string>? metadata, params IEnumerable<TensorSource> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentException.ThrowIfNullOrEmpty(path);
        WriteSummed(path, metadata, tensors);
    }

    /// <summary>Writes tensors and returns the file's SHA-256 sum, taken of the bytes on their way to the disk.</summary>
    internal static string WriteSummed(string path, IReadOnlyDictionary<string, string>? metadata, IEnumerable<TensorSource> tensors)
    {
        var given = tensors.ToArray();
        if (given.Contains(null)) throw new ArgumentException("A tensor is null.", nameof(tensors));
        using var sum = new Sha256();
        var ordered = given.OrderByDescending(t => t.Type.Size()).ToArray();
        byte[] header = Header(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            void Put(ReadOnlySpan<byte> bytes)
            {
                sum.Append(bytes);
                stream.Write(bytes);
            }
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            Put(length);
            Put(header);
            foreach (var tensor in ordered) EachBlock(tensor, (_, bytes) => Put(bytes));
        });
        return Convert.ToHexStringLower(sum.Finish());
    }

    private static byte[] Header(TensorSource[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
            long offset = 0;
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name)) throw new ArgumentException($"{tensor.Name}: the name stands twice or is reserved.");
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", Dtypes.Name(tensor.Type));
                json.WriteStartArray("shape");
                foreach (long extent in tensor.Shape) json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset = checked(offset + tensor.Count * tensor.Type.Size()));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    /// <summary>Elements as they are stored.</summary>
    /// <param name="first">Flat index of the first of them.</param>
    /// <param name="bytes">Little-endian elements of the tensor's type.</param>
    internal delegate void StoredBlock(long first, ReadOnlySpan<byte> bytes);

    /// <summary>Asks for each element once, in order, in blocks of whole rows, and hands out what is stored.</summary>
    /// <exception cref="InvalidRunException">A value is NaN or infinite, or does not fit its stored type.</exception>
    internal static void EachBlock(TensorSource tensor, StoredBlock take)
    {
        if (tensor.Count == 0) return;
        long row = tensor.Shape.Count > 0 ? tensor.Shape[^1] : 1;
        long piece = row > LongestRow ? PieceElements : row * Math.Max(1, PieceElements / row);
        var values = new double[Math.Min(piece, tensor.Count)];
        var bytes = new byte[values.Length * tensor.Type.Size()];
        for (long first = 0; first < tensor.Count; first += values.Length)
        {
            int count = (int)Math.Min(values.Length, tensor.Count - first);
            var block = values.AsSpan(0, count);
            tensor.Read(first, block);
            int bad = ElementConversion.FromDouble(block, tensor.Type, bytes);
            if (bad >= 0)
            {
                string found = FormattableString.Invariant($"found {block[bad]} at element {first + bad}");
                throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: {found}, expected numbers that {Dtypes.Name(tensor.Type)} can hold.");
            }
            take(first, bytes.AsSpan(0, count * tensor.Type.Size()));
        }
    }
}
