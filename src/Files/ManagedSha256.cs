using System.Buffers.Binary;
using System.Numerics;

namespace KernelFlow.Files;

/// <summary>SHA-256 as FIPS 180-4 defines it.</summary>
internal sealed class ManagedSha256
{
    private const int BlockBytes = 64, LengthBytes = 8;

    // The first 32 bits of the fractional parts of the square roots of the first 8 primes, then of the cube roots of the first 64.
    private static readonly uint[] s_start =
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static readonly uint[] s_rounds =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private readonly uint[] _state = [.. s_start];
    private readonly byte[] _block = new byte[BlockBytes];
    private readonly uint[] _schedule = new uint[64];
    private int _filled;
    private ulong _total;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _total += (ulong)bytes.Length;
        if (_filled > 0)
        {
            int taken = Math.Min(BlockBytes - _filled, bytes.Length);
            bytes[..taken].CopyTo(_block.AsSpan(_filled));
            _filled += taken;
            bytes = bytes[taken..];
            if (_filled < BlockBytes) return;
            Compress(_block);
            _filled = 0;
        }
        for (; bytes.Length >= BlockBytes; bytes = bytes[BlockBytes..]) Compress(bytes[..BlockBytes]);
        bytes.CopyTo(_block);
        _filled = bytes.Length;
    }

    public byte[] Finish()
    {
        ulong bits = 8 * _total;
        _block[_filled++] = 0x80;
        if (_filled > BlockBytes - LengthBytes)
        {
            _block.AsSpan(_filled).Clear();
            Compress(_block);
            _filled = 0;
        }
        _block.AsSpan(_filled).Clear();
        BinaryPrimitives.WriteUInt64BigEndian(_block.AsSpan(BlockBytes - LengthBytes), bits);
        Compress(_block);

        var sum = new byte[Sha256.Length];
        for (int i = 0; i < _state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(sum.AsSpan(4 * i), _state[i]);
        s_start.CopyTo(_state, 0);
        (_filled, _total) = (0, 0);
        return sum;
    }

    private void Compress(ReadOnlySpan<byte> block)
    {
        var w = _schedule;
        for (int t = 0; t < 16; t++) w[t] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * t)..]);
        for (int t = 16; t < w.Length; t++)
        {
            uint x = w[t - 15], y = w[t - 2];
            w[t] = w[t - 16] + w[t - 7] + (BitOperations.RotateRight(x, 7) ^ BitOperations.RotateRight(x, 18) ^ (x >> 3))
                + (BitOperations.RotateRight(y, 17) ^ BitOperations.RotateRight(y, 19) ^ (y >> 10));
        }
        uint a = _state[0], b = _state[1], c = _state[2], d = _state[3], e = _state[4], f = _state[5], g = _state[6], h = _state[7];
        for (int t = 0; t < w.Length; t++)
        {
            uint first = h + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25))
                + ((e & f) ^ (~e & g)) + s_rounds[t] + w[t];
            uint second = (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22))
                + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }
        _state[0] += a;
        _state[1] += b;
        _state[2] += c;
        _state[3] += d;
        _state[4] += e;
        _state[5] += f;
        _state[6] += g;
        _state[7] += h;
    }
}
