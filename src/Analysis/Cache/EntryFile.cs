using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using KernelFlow.Files;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Cache;

/// <summary>The file of an entry: a mark, the key in full, named matrices of float64, and the SHA-256 of all that.</summary>
/// <remarks>The key in the file is compared with the one that was asked for: a file that was copied or renamed is never taken for another entry.</remarks>
internal static class EntryFile
{
    /// <summary>How the names of entries end.</summary>
    public const string Suffix = ".kfc";

    private const int Piece = 1 << 20, MostNames = 100_000, LongestText = 1 << 24;
    private static ReadOnlySpan<byte> Mark => "KFCACHE1"u8;

    /// <summary>Bytes that an entry takes.</summary>
    public static long Size(CacheKey key, IReadOnlyDictionary<string, DenseMatrix> matrices) => Mark.Length + 8 + Encoding.UTF8.GetByteCount(key.Text)
        + matrices.Sum(m => 12L + Encoding.UTF8.GetByteCount(m.Key) + 8L * m.Value.Values.Length) + Sha256.Length;

    /// <summary>Writes an entry.</summary>
    public static void Write(Stream stream, CacheKey key, IReadOnlyDictionary<string, DenseMatrix> matrices)
    {
        using var sum = new Sha256();
        void Bytes(ReadOnlySpan<byte> bytes)
        {
            sum.Append(bytes);
            stream.Write(bytes);
        }
        void Number(int value)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(four, value);
            Bytes(four);
        }
        void Text(string value)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(value);
            Number(bytes.Length);
            Bytes(bytes);
        }
        Bytes(Mark);
        Text(key.Text);
        Number(matrices.Count);
        // In one order whatever the dictionary's is: the same entry has the same bytes.
        foreach (var (name, matrix) in matrices.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            Text(name);
            Number(matrix.RowCount);
            Number(matrix.ColumnCount);
            var values = MemoryMarshal.AsBytes(matrix.Values.AsSpan());
            for (int from = 0; from < values.Length; from += Piece) Bytes(values.Slice(from, Math.Min(Piece, values.Length - from)));
        }
        stream.Write(sum.Finish());
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">What is expected to be in it.</param>
    /// <param name="matrices">Its matrices; null where <paramref name="defect"/> says what is wrong.</param>
    /// <param name="defect">What is wrong, to follow the name of the file; null where nothing is.</param>
    /// <returns>Whether there is such a file.</returns>
    public static bool TryRead(string path, CacheKey key, out Dictionary<string, DenseMatrix>? matrices, out string? defect)
    {
        (matrices, defect) = (null, null);
        try
        {
            if (!File.Exists(path)) return false;
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, Piece);
            matrices = Read(stream, key);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false; // Another process made room since.
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            defect = e.Message.TrimEnd('.');
            return true;
        }
    }

    /// <summary>What is wrong with a file as such, whatever it is an entry of; null where it has the checksum that it states.</summary>
    /// <param name="path">The file.</param>
    public static string? Defect(string path)
    {
        try
        {
            if (!File.Exists(path)) return "it is not there";
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, Piece);
            using var sum = new Sha256();
            long left = stream.Length - Sha256.Length;
            if (left < Mark.Length) return "the file ends early";
            byte[] buffer = new byte[Math.Min(Piece, left)];
            for (int read; left > 0; left -= read)
            {
                read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                if (read == 0) return "the file ends early";
                sum.Append(buffer.AsSpan(0, read));
            }
            byte[] stated = new byte[Sha256.Length];
            stream.ReadExactly(stated);
            return sum.Finish().AsSpan().SequenceEqual(stated) ? null : "its checksum is not that of its contents";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message.TrimEnd('.');
        }
    }

    private static Dictionary<string, DenseMatrix> Read(FileStream stream, CacheKey key)
    {
        using var sum = new Sha256();
        long left = stream.Length - Sha256.Length;
        void Bytes(Span<byte> bytes)
        {
            if ((left -= bytes.Length) < 0) throw new InvalidDataException("the file ends early");
            stream.ReadExactly(bytes);
            sum.Append(bytes);
        }
        int Number()
        {
            Span<byte> four = stackalloc byte[4];
            Bytes(four);
            return BinaryPrimitives.ReadInt32LittleEndian(four);
        }
        string Text()
        {
            int length = Number();
            if (length < 0 || length > LongestText || length > left) throw new InvalidDataException("it is no entry of this tool, or it is damaged");
            byte[] bytes = new byte[length];
            Bytes(bytes);
            return Encoding.UTF8.GetString(bytes);
        }
        Span<byte> mark = stackalloc byte[Mark.Length];
        Bytes(mark);
        if (!mark.SequenceEqual(Mark)) throw new InvalidDataException("it is no entry of this tool");
        if (Text() != key.Text) throw new InvalidDataException("it is an entry of something else under this name, or it is damaged");
        int count = Number();
        if (count < 0 || count > MostNames) throw new InvalidDataException("it is damaged");
        var matrices = new Dictionary<string, DenseMatrix>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string name = Text();
            int rows = Number(), columns = Number();
            if (rows < 0 || columns < 0 || 8.0 * rows * columns > left) throw new InvalidDataException("it is damaged");
            // A matrix of MathNet has at least a row and a column; none is written as one of no elements.
            double[] values = new double[(long)rows * columns];
            var bytes = MemoryMarshal.AsBytes(values.AsSpan());
            for (int from = 0; from < bytes.Length; from += Piece) Bytes(bytes.Slice(from, Math.Min(Piece, bytes.Length - from)));
            matrices[name] = new DenseMatrix(rows, columns, values);
        }
        Span<byte> stated = stackalloc byte[Sha256.Length];
        if (left != 0) throw new InvalidDataException("it is longer than its contents");
        stream.ReadExactly(stated);
        return sum.Finish().AsSpan().SequenceEqual(stated) ? matrices : throw new InvalidDataException("its checksum is not that of its contents");
    }
}
