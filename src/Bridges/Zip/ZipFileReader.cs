using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>A zip archive whose members are read at positions; what they hold is compared with its CRC sum before any of it is handed out.</summary>
internal sealed class ZipFileReader
{
    // Deflate makes at most 1032 bytes of one.
    private const long LargestRatio = 1032;
    private const int LocalLength = 30, Piece = 1 << 16;

    private readonly PositionedFile _file;
    private readonly SharedScratch _scratch;

    /// <summary>Reads the directory and every local header; nothing large is read.</summary>
    /// <param name="file">The archive; the caller disposes it.</param>
    /// <param name="scratch">Receives large members that are compressed; the caller disposes it.</param>
    /// <exception cref="InvalidRunException">The archive is not sound: members that stand twice, overlap, reach outside the file or hold more than they
    /// can.</exception>
    public ZipFileReader(PositionedFile file, SharedScratch scratch)
    {
        (_file, _scratch) = (file, scratch);
        var (members, directory) = ZipDirectory.Read(file);
        long end = 0;
        var located = new Dictionary<string, ZipMember>(members.Count, StringComparer.Ordinal);
        foreach (var member in members.OrderBy(m => m.Header))
        {
            if (member.Header < end) throw Error(member, $"begins at byte {member.Header}, inside the member before it, which ends at {end}");
            var whole = Located(member, directory);
            end = whole.Start + whole.Stored;
            if (end > directory) throw Error(member, $"reaches to byte {end}, expected at most {directory}, where the directory begins");
            located.Add(member.Name, whole);
        }
        Members = [.. members.Select(m => located[m.Name])];
    }

    /// <summary>The members in the order of the directory.</summary>
    public IReadOnlyList<ZipMember> Members { get; }

    /// <summary>The bytes of a member.</summary>
    /// <exception cref="InvalidRunException">It is compressed by another method than deflate.</exception>
    public ByteSource Open(ZipMember member)
    {
        var stored = new FileBytes(_file, member.Start, member.Stored);
        return member.Method switch
        {
            0 => new SummedBytes(stored, member.Crc, Place(member)),
            8 => new SpooledBytes(member.Length, sink => Inflate(member, sink), _scratch),
            _ => throw Error(member, $"found compression method {member.Method}, expected 0 (stored) or 8 (deflated)"),
        };
    }

    /// <summary>The first bytes of a member, at most so many, without a look at its sum.</summary>
    public byte[] Beginning(ZipMember member, int most)
    {
        var bytes = new byte[Math.Min(most, member.Length)];
        if (member.Method == 0)
        {
            _file.Read(member.Start, bytes);
            return bytes;
        }
        if (member.Method != 8) Open(member);
        using var inflated = Inflater(member);
        int filled = Fill(member, inflated, bytes);
        return filled == bytes.Length ? bytes : throw Short(member, filled);
    }

    private void Inflate(ZipMember member, SpooledBytes.Sink sink)
    {
        using var inflated = Inflater(member);
        var sum = new Crc32();
        var piece = new byte[Piece];
        long left = member.Length;
        while (left > 0)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, left));
            int filled = Fill(member, inflated, part);
            if (filled < part.Length) throw Short(member, member.Length - left + filled);
            sum.Append(part);
            // The sum of a few bytes is compared before they are handed out, that of many at their end, before the first is read back.
            if (left == part.Length) Finish(member, inflated, sum);
            sink(part);
            left -= part.Length;
        }
        if (member.Length == 0) Finish(member, inflated, sum);
    }

    private void Finish(ZipMember member, DeflateStream inflated, Crc32 sum)
    {
        if (Fill(member, inflated, new byte[1]) > 0) throw Error(member, $"holds more than the {member.Length} bytes that the directory states");
        SummedBytes.Compare(sum.Value, member.Crc, Place(member));
    }

    private DeflateStream Inflater(ZipMember member) => new(new ByteStream(new FileBytes(_file, member.Start, member.Stored)), CompressionMode.Decompress);

    private int Fill(ZipMember member, DeflateStream stream, Span<byte> bytes)
    {
        try
        {
            return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidRunException($"{Place(member)}: cannot be inflated: its bytes were damaged.", e);
        }
    }

    private ZipMember Located(ZipMember member, long directory)
    {
        if (member.Method == 0 && member.Stored != member.Length)
            throw Error(member, $"found {member.Stored} bytes of a stored member of {member.Length}");
        if (member.Method == 8 && (Int128)member.Length > (Int128)member.Stored * LargestRatio)
            throw Error(member, $"found {member.Stored} bytes that are said to hold {member.Length}, expected at most {LargestRatio} times as many");
        byte[] name = Encoding.UTF8.GetBytes(member.Name), local = new byte[LocalLength + name.Length];
        if (member.Header > directory - local.Length) throw Error(member, $"its header begins at byte {member.Header}, inside the directory");
        _file.Read(member.Header, local);
        int flags = U16(local, 6);
        bool sizesFollow = (flags & 8) != 0;
        if (!local.AsSpan().StartsWith("PK\u0003\u0004"u8) || U16(local, 26) != name.Length || !local.AsSpan(LocalLength).SequenceEqual(name))
            throw Error(member, $"found another header at byte {member.Header}, expected the one that the directory names");
        if (U16(local, 8) != member.Method) throw Error(member, "the compression method in its header is not that of the directory");
        if (!sizesFollow && (U32(local, 14) != member.Crc || Differs(U32(local, 18), member.Stored) || Differs(U32(local, 22), member.Length)))
            throw Error(member, "the sum or a size in its header is not that of the directory");
        return member with { Start = member.Header + local.Length + U16(local, 28) };
    }

    private static bool Differs(uint found, long stated) => found != uint.MaxValue && found != stated;

    private InvalidRunException Short(ZipMember member, long found) =>
        Error(member, $"found {found} bytes, expected the {member.Length} that the directory states");

    private InvalidRunException Error(ZipMember member, string message) => new($"{Place(member)}: {message}.");

    private string Place(ZipMember member) => $"{_file.Path}: {PrintableText.Name(member.Name)}";

    private static int U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
