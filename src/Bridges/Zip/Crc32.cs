using System.Buffers.Binary;

namespace KernelFlow.Bridges;

/// <summary>The sum by which zip archives find damage: the remainder by the polynomial EDB88320, eight bytes at a time.</summary>
internal sealed class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] s_tables = Tables();
    private uint _state = uint.MaxValue;

    /// <summary>The sum of what was appended.</summary>
    public uint Value => ~_state;

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        ReadOnlySpan<uint> t = s_tables;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ state, high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            state = t[1792 + (int)(low & 255)] ^ t[1536 + (int)((low >> 8) & 255)] ^ t[1280 + (int)((low >> 16) & 255)] ^ t[1024 + (int)(low >> 24)]
                ^ t[768 + (int)(high & 255)] ^ t[512 + (int)((high >> 8) & 255)] ^ t[256 + (int)((high >> 16) & 255)] ^ t[(int)(high >> 24)];
        }
        foreach (byte b in bytes) state = (state >> 8) ^ t[(int)((state ^ b) & 255)];
        _state = state;
    }

    // Table k is what a byte becomes after k further bytes of zero.
    private static uint[] Tables()
    {
        var tables = new uint[8 * 256];
        for (uint n = 0; n < 256; n++)
        {
            uint c = n;
            for (int bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? (c >> 1) ^ Polynomial : c >> 1;
            tables[n] = c;
        }
        for (int k = 256; k < tables.Length; k++) tables[k] = (tables[k - 256] >> 8) ^ tables[tables[k - 256] & 255];
        return tables;
    }
}
