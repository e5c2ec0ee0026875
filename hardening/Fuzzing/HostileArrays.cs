using System.Buffers.Binary;
using System.Text;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>What an attacker writes into arrays of NumPy and pickles of PyTorch.</summary>
internal static class HostileArrays
{
    private static readonly string[] s_literals =
    [
        "'<f8'", "'>f8'", "'|f8'", "'=f8'", "'<f4'", "'<f2'", "'>i8'", "'<i4'", "'|u1'", "'|i1'", "'|b1'", "'<u8'", "'<c16'", "'|O'", "'<U4'", "'|S4'",
        "'|V2'", "'<M8[ns]'", "[('a', '<f8')]", "True", "False", "1", "0", "None", "()", "(2,)", "(2)", "(3, 2)", "(0,)", "(1,) ", "(-1,)", "(2, 3)", "(2L,)",
        "(+2,)", "(02,)", "(1_0,)", "(True,)", "(4611686018427387904, 4)", "(9223372036854775807,)", "(18446744073709551616,)",
        "(4294967296, 4294967296, 4294967296)",
        "(1000000000,)", "(0, 4611686018427387904)", "('a',)", "((2,),)", "[2]", "2", "{}", "__import__('os').system('true')", "'descr'", "'shape'", "b'<f8'",
        "'\\x3cf8'", "(" + string.Concat(Enumerable.Repeat("1, ", 200)) + ")", string.Concat(Enumerable.Repeat("(", 3000)), "#", "'''<f8'''",
    ];

    // Opcodes that do harm when they are obeyed, circles, lengths that lie, and a wealth of objects.
    private static readonly byte[][] s_codes =
    [
        .. ((string[])
        [
            "cos\nsystem\n(X\u0004\0\0\0true\u0085R", "cos\nsystem\n", "cbuiltins\neval\n", "c__builtin__\nexec\n", "(S'a'\nios\nsystem\n", "(o", "\u0081",
            "\u0092",
            "Pabc\n", "\u0082\u0001", "\u0084\u0001\0\0\0", "0", "1", "2", ".", "N", "b", "R", "Q", "e", "u", "s", "t", "a", "\u0085", "\u0086", "\u0087",
            "\u0088", "\u0089", "\u008b\u00ff\u00ff\u00ff\u007f", "X\u00ff\u00ff\u00ff\u00ff", "X\u00ff\u00ff\u00ff\u007f", "\u008a\u00ff",
            "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f", "\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "\u0094", "\u0093",
            "]q\0h\0a", "}q\u0001X\u0001\0\0\0ah\u0001s", "}q\u0001X\u0001\0\0\0ah\u0001s0", "j\u00ff\u00ff\u00ff\u00ff", "r\u00ff\u00ff\u00ff\u00ff",
            "h\u0002", "h\u0005", "h\u0009", "q\u0002", "K\0", "K\u0001", "K\u0002", "K\u00ff", "J\u00ff\u00ff\u00ff\u00ff", "J\u00ff\u00ff\u00ff\u007f",
            "\u008a\u0008\0\0\0\0\0\0\0\u0040", "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f", ")", "]", "}", "(", "(t",
            "ctorch\nFloatStorage\n", "ctorch\nLongStorage\n", "ctorch\nBoolStorage\n", "ctorch\nSize\n", "ctorch\ndevice\n", "c__torch__\nModule\n)\u0081",
            "ccollections\nOrderedDict\n)R", "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_parameter\n", "ctorch._utils\n_rebuild_qtensor\n",
            "X\u0001\0\0\0a", "X\u0007\0\0\0storage", "X\u0002\0\0\0\u00ff\u00fe",
        ]).Select(Encoding.Latin1.GetBytes),
        Repeat("]", 30_000), Repeat("(", 30_000), [.. Repeat("(", 2000), .. Repeat("t", 2000)], [(byte)')', .. Repeat("\u0085", 3000)],
        [.. Repeat(")q\u0009", 1), .. Repeat("h\u0009h\u0009\u0086q\u0009", 40)],
    ];

    private static readonly long[] s_lengths = [0, 1, 2, 7, 127, 128, 255, 300, 16384, int.MaxValue, uint.MaxValue, long.MaxValue];

    /// <summary>A .npy file with another value in its header, its header's length changed, other numbers, or more or fewer of them.</summary>
    public static byte[] Npy(byte[] bytes, Dice dice)
    {
        if (bytes.Length < 12 || bytes[0] != 0x93) return bytes;
        int start = bytes[6] == 1 ? 10 : 12;
        int length = bytes[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) : (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8));
        if (length < 0 || start + length > bytes.Length) return bytes;
        byte[] data = bytes[(start + length)..];
        switch (dice.Below(4))
        {
            case 0:
                byte[] numbers = [.. bytes];
                for (int i = dice.Below(9); i > 0 && data.Length > 0; i--) numbers[start + length + dice.Below(data.Length)] = (byte)dice.Next();
                return numbers;
            case 1:
                return dice.OneIn(2) ? bytes[..dice.Below(bytes.Length)] : [.. bytes, .. data];
            default:
                string header = Encoding.Latin1.GetString(bytes, start, length).TrimEnd();
                string[] values = ["'descr': ", "'fortran_order': ", "'shape': "];
                string key = dice.Of(values);
                int at = header.IndexOf(key, StringComparison.Ordinal);
                if (at < 0) return bytes;
                int from = at + key.Length, to = key == values[2] ? header.IndexOf(')', from) + 1 : header.IndexOf(',', from);
                if (to <= from) return bytes;
                header = dice.OneIn(12) ? header[..at] + header[from..] : string.Concat(header.AsSpan(0, from), dice.Of(s_literals), header.AsSpan(to));
                byte version = dice.OneIn(3) ? (byte)(1 + dice.Below(3)) : bytes[6];
                byte[] text = Encoding.Latin1.GetBytes(header + "\n"), count = new byte[version == 1 ? 2 : 4];
                if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(count, (ushort)text.Length);
                else BinaryPrimitives.WriteUInt32LittleEndian(count, (uint)text.Length);
                return [0x93, .. "NUMPY"u8, version, 0, .. count, .. text, .. data];
        }
    }

    /// <summary>A pickle with a piece put in, in the place of another, or with another number.</summary>
    public static byte[] Pickle(byte[] bytes, Dice dice)
    {
        if (bytes.Length < 4) return bytes;
        int at = 2 + dice.Below(bytes.Length - 3);
        switch (dice.Below(4))
        {
            case 0:
                return [.. bytes[..at], .. dice.Of(s_codes), .. bytes[at..]];
            case 1:
                byte[] piece = dice.Of(s_codes);
                return [.. bytes[..at], .. piece, .. bytes[Math.Min(bytes.Length, at + piece.Length)..]];
            default:
                // A small number, as extents, strides and offsets are.
                byte[] copy = [.. bytes];
                for (int i = at; i < copy.Length - 1; i++)
                {
                    if (copy[i] != (byte)'K') continue;
                    copy[i + 1] = dice.OneIn(2) ? (byte)dice.Below(9) : (byte)dice.Next();
                    break;
                }
                return copy;
        }
    }

    /// <summary>A state dictionary of TorchSharp with another length, extent or type somewhere.</summary>
    public static byte[] Dat(byte[] bytes, Dice dice)
    {
        if (bytes.Length == 0) return bytes;
        int at = dice.OneIn(3) ? dice.Below(Math.Min(40, bytes.Length)) : dice.Below(bytes.Length);
        var number = new List<byte>();
        for (long value = dice.Of(s_lengths); ; value >>= 7)
        {
            number.Add((byte)(value > 127 ? 0x80 | (value & 127) : value));
            if (value <= 127) break;
        }
        return dice.Below(3) switch
        {
            0 => [.. bytes[..at], (byte)dice.Below(17), .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], .. number, .. bytes[(at + 1)..]],
            _ => Flipped(bytes, dice),
        };
    }

    private static byte[] Flipped(byte[] bytes, Dice dice)
    {
        byte[] copy = [.. bytes];
        for (int i = dice.Below(5); i >= 0; i--) copy[dice.Below(copy.Length)] ^= (byte)(1 << dice.Below(8));
        return copy;
    }

    private static byte[] Repeat(string text, int count) => Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(text, count)));
}
