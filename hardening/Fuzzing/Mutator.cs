using System.Buffers.Binary;
using System.Text;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>Spoils sound files: bytes, pieces, JSON texts and, with a length before the header, that length.</summary>
/// <param name="seeds">Sound files.</param>
/// <param name="hasHeader">Whether a file is eight bytes of length, a JSON header of that length and data, as safetensors files are; else it is JSON.</param>
internal class Mutator(IReadOnlyList<byte[]> seeds, bool hasHeader)
{
    /// <summary>The file of one case.</summary>
    public virtual byte[] Mutate(Dice dice)
    {
        byte[] bytes = dice.Of(seeds);
        if (hasHeader && !dice.OneIn(4)) return WithHeader(bytes, dice);
        int changes = 1 + dice.Below(3);
        for (int i = 0; i < changes; i++) bytes = !hasHeader && dice.OneIn(2) ? JsonMutation.Apply(bytes, dice) : Spoil(bytes, dice);
        return bytes;
    }

    private byte[] WithHeader(byte[] bytes, Dice dice)
    {
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        byte[] header = bytes[8..(8 + length)], data = bytes[(8 + length)..];
        // Other numbers under a sound header are accepted: what is read of them is compared.
        if (data.Length > 0 && dice.OneIn(4)) return Numbers(bytes, 8 + length, dice);
        int changes = 1 + dice.Below(2);
        for (int i = 0; i < changes; i++)
            if (dice.OneIn(4)) data = Spoil(data, dice);
            else header = dice.OneIn(3) ? Spoil(header, dice) : JsonMutation.Apply(header, dice);
        if (dice.OneIn(8)) data = dice.OneIn(2) ? dice.Of(seeds)[8..] : data[..dice.Below(data.Length + 1)];
        var whole = new byte[8 + header.Length + data.Length];
        ulong stated = dice.Below(20) switch
        {
            0 => dice.Next(),
            1 => (ulong)dice.Of(s_lengths),
            2 => (ulong)(header.Length + dice.Below(9) - 4),
            _ => (ulong)header.Length,
        };
        BinaryPrimitives.WriteUInt64LittleEndian(whole, stated);
        header.CopyTo(whole, 8);
        data.CopyTo(whole, 8 + header.Length);
        return whole;
    }

    private static byte[] Numbers(byte[] bytes, int from, Dice dice)
    {
        byte[] copy = [.. bytes];
        for (int i = 1 + dice.Below(32); i > 0; i--) copy[from + dice.Below(copy.Length - from)] = (byte)dice.Next();
        return copy;
    }

    private static readonly long[] s_lengths = [0, 1, 2, 7, 8, 100_000_000, 100_000_001, int.MaxValue, uint.MaxValue, long.MaxValue, long.MinValue, -1, -8];

    /// <summary>Spoils bytes without a look at what they are.</summary>
    protected byte[] Spoil(byte[] bytes, Dice dice)
    {
        if (bytes.Length == 0) return [(byte)dice.Next()];
        int at = dice.Below(bytes.Length), length = Math.Min(bytes.Length - at, 1 + dice.Below(dice.OneIn(3) ? bytes.Length : 16));
        byte[] copy = [.. bytes];
        switch (dice.Below(9))
        {
            case 0:
                copy[at] ^= (byte)(1 << dice.Below(8));
                return copy;
            case 1:
                copy[at] = dice.Of<byte>([0, 1, 0x1b, 0x20, 0x22, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0x9b, 0xc0, 0xe2, 0xed, 0xf4, 0xff]);
                return copy;
            case 2:
                for (int i = 0; i < length; i++) copy[at + i] = (byte)dice.Next();
                return copy;
            case 3:
                return bytes[..at];
            case 4:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 5:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 6:
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(dice.Of(HostileTexts.Pieces)), .. bytes[at..]];
            case 7:
                byte[] other = dice.Of(seeds);
                return [.. bytes[..at], .. other[Math.Min(at, other.Length)..]];
            default:
                int second = dice.Below(bytes.Length);
                (copy[at], copy[second]) = (copy[second], copy[at]);
                return copy;
        }
    }
}
