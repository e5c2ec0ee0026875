using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>Spoils zip archives where it matters: what a member holds, under a sum that is right again; names; the fields of the directory; and bytes
/// anywhere.</summary>
/// <param name="seeds">Sound archives.</param>
/// <param name="spoilMember">Spoils what a member holds, knowing what it is.</param>
internal sealed class ArchiveMutator(IReadOnlyList<byte[]> seeds, Func<string, byte[], Dice, byte[]> spoilMember) : Mutator(seeds, hasHeader: false)
{
    private static readonly long[] s_values = [0, 1, 8, 12, 22, 46, 64, 255, 1000, 0xFFFF, 0x10000, int.MaxValue, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];
    private readonly List<List<(string Name, byte[] Bytes)>> _members = [.. seeds.Select(Members)];
    private readonly IReadOnlyList<byte[]> _seeds = seeds;

    /// <inheritdoc/>
    public override byte[] Mutate(Dice dice)
    {
        int which = dice.Below(_seeds.Count);
        if (dice.OneIn(3))
        {
            byte[] bytes = _seeds[which];
            for (int i = 1 + dice.Below(2); i > 0; i--) bytes = dice.OneIn(3) ? Spoil(bytes, dice) : Fields(bytes, dice);
            return bytes;
        }
        var members = _members[which].ToList();
        for (int i = dice.Below(3); i >= 0; i--)
        {
            if (members.Count == 0) break;
            int at = dice.Below(members.Count);
            var (name, bytes) = members[at];
            switch (dice.Below(12))
            {
                case 0:
                    members.RemoveAt(at);
                    break;
                case 1:
                    members.Add((dice.OneIn(2) ? name : dice.Of(HostileTexts.Names), dice.Of(members).Bytes));
                    break;
                case 2:
                    members[at] = (Encoding.UTF8.GetString(Spoil(Encoding.UTF8.GetBytes(name), dice)), bytes);
                    break;
                case 3:
                    members[at] = (name, dice.Of(members).Bytes);
                    break;
                case 4:
                    // Much of little: zeros, which deflate makes a thousandth of.
                    members[at] = (name, [.. bytes, .. new byte[dice.Below(1 << 20)]]);
                    break;
                default:
                    members[at] = (name, spoilMember(name, bytes, dice));
                    break;
            }
        }
        byte[] archive = Build(members, dice);
        return dice.OneIn(5) ? Fields(archive, dice) : archive;
    }

    private static byte[] Fields(byte[] bytes, Dice dice)
    {
        byte[] copy = [.. bytes];
        var (signature, lengths) = dice.Below(4) switch
        {
            0 => ("PK\u0005\u0006", new[] { 4, 6, 8, 10, 12, 16, 20 }),
            1 => ("PK\u0003\u0004", [4, 6, 8, 14, 18, 22, 26, 28]),
            2 => ("PK\u0006\u0006", [4, 24, 32, 40, 48]),
            _ => ("PK\u0001\u0002", [8, 10, 16, 20, 24, 28, 30, 32, 34, 42]),
        };
        var places = new List<int>();
        for (int at = 0; copy.AsSpan(at).IndexOf(Encoding.Latin1.GetBytes(signature)) is >= 0 and var next; at += next + 4) places.Add(at + next);
        if (places.Count == 0) return copy;
        int place = dice.Of(places) + dice.Of(lengths);
        if (place + 4 > copy.Length) return copy;
        var field = copy.AsSpan(place, 4);
        uint old = BinaryPrimitives.ReadUInt32LittleEndian(field);
        uint value = dice.Below(3) switch { 0 => old + (uint)dice.Below(5) - 2, 1 => (uint)dice.Of(s_values), _ => old ^ (1u << dice.Below(32)) };
        if (dice.OneIn(2)) BinaryPrimitives.WriteUInt32LittleEndian(field, value);
        else BinaryPrimitives.WriteUInt16LittleEndian(field, (ushort)value);
        return copy;
    }

    private static byte[] Build(List<(string Name, byte[] Bytes)> members, Dice dice)
    {
        var memory = new MemoryStream();
        var level = dice.OneIn(2) ? CompressionLevel.NoCompression : CompressionLevel.Fastest;
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, bytes) in members)
            {
                using var stream = archive.CreateEntry(name.Length is 0 or > 60_000 ? "x" : name, level).Open();
                stream.Write(bytes);
            }
        return memory.ToArray();
    }

    private static List<(string, byte[])> Members(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        var members = new List<(string, byte[])>();
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            var copy = new MemoryStream();
            stream.CopyTo(copy);
            members.Add((entry.FullName, copy.ToArray()));
        }
        return members;
    }
}
