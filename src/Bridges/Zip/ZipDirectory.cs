using System.Buffers.Binary;
using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>The list of members at the end of a zip archive (PKWARE's APPNOTE 6.3), with zip64.</summary>
/// <remarks>System.IO.Compression reads zip archives, but it neither tells where a stored member lies, so that a piece of a large one could be read, nor
/// compares CRC sums, nor sees members that overlap or stand twice. Its inflater is used.</remarks>
internal sealed class ZipDirectory
{
    /// <summary>The largest directory that is read.</summary>
    public const int MaximumLength = 16 << 20;

    private const int EndLength = 22, LongestComment = ushort.MaxValue, LocatorLength = 20, End64Length = 56, EntryLength = 46;
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private readonly PositionedFile _file;

    private ZipDirectory(PositionedFile file) => _file = file;

    /// <summary>Reads the list; names are unique, and everything lies inside the file.</summary>
    /// <exception cref="InvalidRunException">It is not sound, or not there.</exception>
    public static (IReadOnlyList<ZipMember> Members, long Start) Read(PositionedFile file) => new ZipDirectory(file).Read();

    // That of the specification; Python refuses later ones, too.
    private const int LatestVersion = 63;

    private (IReadOnlyList<ZipMember> Members, long Start) Read()
    {
        var tail = new byte[Math.Min(_file.Length, EndLength + LongestComment)];
        long tailStart = _file.Length - tail.Length;
        _file.Read(tailStart, tail);
        int at = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0) throw NoEnd(tail.Length);
        var end = tail.AsSpan(at);
        if (end.Length < EndLength || end.Length != EndLength + U16(end[20..]))
            throw Error($"found {end.Length} bytes from the archive's end record on, expected {EndLength} and its comment");
        if (U16(end[4..]) != 0 || U16(end[6..]) != 0 || U16(end[8..]) != U16(end[10..]))
            throw Error("found one part of a divided archive, expected a whole one");
        long count = U16(end[10..]), size = U32(end[12..]), start = U32(end[16..]), after = tailStart + at;
        if (after >= LocatorLength + End64Length)
        {
            var end64 = new byte[End64Length + LocatorLength];
            _file.Read(after - end64.Length, end64);
            var locator = end64.AsSpan(End64Length);
            if (locator.StartsWith("PK\u0006\u0007"u8))
            {
                after -= end64.Length;
                if (!end64.AsSpan().StartsWith("PK\u0006\u0006"u8) || I64(locator[8..]) != after || I64(end64.AsSpan(4)) != End64Length - 12)
                    throw Error("the zip64 end record is not where its locator says, right before it");
                if (U32(end64.AsSpan(16)) != 0 || U32(end64.AsSpan(20)) != 0 || U32(locator[4..]) != 0 || U32(locator[16..]) != 1
                    || I64(end64.AsSpan(24)) != I64(end64.AsSpan(32))) throw Error("found one part of a divided archive, expected a whole one");
                Agree(ref count, ushort.MaxValue, I64(end64.AsSpan(32)), "number of members");
                Agree(ref size, uint.MaxValue, I64(end64.AsSpan(40)), "size of the directory");
                Agree(ref start, uint.MaxValue, I64(end64.AsSpan(48)), "start of the directory");
            }
        }
        if (size < 0 || start < 0 || start > after || size != after - start)
            throw Error($"found a directory of {size} bytes at byte {start}, expected it to end at byte {after}, where the end record begins");
        if (size > MaximumLength) throw Error($"found a directory of {size} bytes, expected at most {MaximumLength}");
        if (count < 0 || count > size / EntryLength)
            throw Error($"found {count} members in a directory of {size} bytes, expected at most {size / EntryLength}");
        var directory = new byte[size];
        _file.Read(start, directory);
        return (Members(directory, (int)count), start);
    }

    private InvalidRunException NoEnd(int searched)
    {
        var first = new byte[Math.Min(4, _file.Length)];
        _file.Read(0, first);
        return first.AsSpan().SequenceEqual("PK\u0003\u0004"u8)
            ? new TruncatedFileException($"{_file.Path}: found no end record of a zip archive in the last {searched} bytes, expected one: "
                + "the file was cut off in writing.")
            : Error("found no zip archive, expected one");
    }

    private void Agree(ref long value, long absent, long stated, string what)
    {
        if (value != absent && value != stated) throw Error($"{what}: found {value} and, in the zip64 record, {stated}");
        value = stated;
    }

    private List<ZipMember> Members(ReadOnlySpan<byte> directory, int count)
    {
        var members = new List<ZipMember>(count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            var entry = directory[at..];
            if (entry.Length < EntryLength || !entry.StartsWith("PK\u0001\u0002"u8)) throw Error($"the directory ends at member {i} of {count}");
            int nameLength = U16(entry[28..]), extraLength = U16(entry[30..]), length = EntryLength + nameLength + extraLength + U16(entry[32..]);
            if (length > entry.Length) throw Error($"the directory ends inside member {i} of {count}");
            var member = Member(entry, entry.Slice(EntryLength, nameLength), entry.Slice(EntryLength + nameLength, extraLength));
            if (!names.Add(member.Name)) throw Error($"{PrintableText.Name(member.Name)}: found twice in the archive, expected once");
            members.Add(member);
            at += length;
        }
        if (at != directory.Length) throw Error($"found {directory.Length - at} bytes after the {count} members of the directory, expected none");
        return members;
    }

    private ZipMember Member(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> nameBytes, ReadOnlySpan<byte> extra)
    {
        int flags = U16(entry[8..]);
        string name = Name(nameBytes, (flags & 0x800) != 0);
        string place = PrintableText.Name(name);
        if (entry[6] > LatestVersion) throw Error($"{place}: found version {entry[6] / 10}.{entry[6] % 10} of the zip format, expected at most 6.3");
        if ((flags & 0x2041) != 0) throw Error($"{place}: found an encrypted member, expected a plain one");
        if ((flags & 0x20) != 0) throw Error($"{place}: found a patch of a file, expected a file");
        long stored = U32(entry[20..]), length = U32(entry[24..]), header = U32(entry[42..]);
        if (U16(entry[34..]) != 0) throw Error($"{place}: found on another part of a divided archive");
        var wide = Zip64(extra, place);
        if (length == uint.MaxValue) length = Next(ref wide, place);
        if (stored == uint.MaxValue) stored = Next(ref wide, place);
        if (header == uint.MaxValue) header = Next(ref wide, place);
        if (length < 0 || stored < 0 || header < 0 || stored > _file.Length || header > _file.Length)
            throw Error($"{place}: found {stored} bytes at byte {header}, expected them inside the {_file.Length} bytes of the file");
        // The folder bit of MS-DOS, which some readers go by: they take no bytes of such a member, or those of something else.
        if (length > 0 && ((entry[38] & 0x10) != 0 || name.EndsWith('/'))) throw Error($"{place}: found a folder of {length} bytes, expected a file");
        return new ZipMember(name, U16(entry[10..]), U32(entry[16..]), stored, length, header);
    }

    private string Name(ReadOnlySpan<byte> bytes, bool utf8)
    {
        try
        {
            string name = utf8 || Ascii.IsValid(bytes) ? s_utf8.GetString(bytes) : throw new DecoderFallbackException();
            return name.Contains('\0', StringComparison.Ordinal) ? throw Error("found the name of a member with a zero byte in it") : name;
        }
        catch (DecoderFallbackException)
        {
            throw Error("found the name of a member that is not text, expected UTF-8");
        }
    }

    /// <summary>The 64-bit numbers that stand in for those that do not fit into 32 bits.</summary>
    private ReadOnlySpan<byte> Zip64(ReadOnlySpan<byte> extra, string place)
    {
        while (extra.Length >= 4)
        {
            int length = U16(extra[2..]);
            if (length > extra.Length - 4) throw Error($"{place}: found an extra field of {length} bytes, expected at most {extra.Length - 4}");
            if (U16(extra) == 1) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }
        return [];
    }

    private long Next(ref ReadOnlySpan<byte> numbers, string place)
    {
        if (numbers.Length < 8) throw Error($"{place}: found no zip64 size where the short one says that there is one");
        long number = I64(numbers);
        numbers = numbers[8..];
        return number;
    }

    private InvalidRunException Error(string message) => new($"{_file.Path}: {message}.");

    private static int U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static long I64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);
}
