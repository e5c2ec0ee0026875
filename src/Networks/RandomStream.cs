using System.Numerics;

namespace KernelFlow.Networks;

/// <summary>Seeded random numbers whose algorithm is fixed here, so that a seed means the same run under every .NET version.</summary>
/// <remarks>
/// xoshiro256** (Blackman and Vigna 2018), its state filled by SplitMix64 from seed and stream. Integers and uniforms are the same bits everywhere;
/// normals (Box–Muller) go through the platform's log and cos and agree to their rounding. Separate streams keep, say, the initial weights of a seed
/// unchanged when the data draw more numbers.
/// </remarks>
internal sealed class RandomStream
{
    /// <summary>What the numbers of a stream are for.</summary>
    public enum Purpose
    {
        Split = 1,
        Noise = 2,
        Weights = 3,
        Batches = 4,
        Inputs = 5,
        Teacher = 6,
    }

    private ulong _s0, _s1, _s2, _s3;
    private double _spare;
    private bool _hasSpare;

    public RandomStream(long seed, Purpose purpose)
    {
        ulong state = (ulong)seed ^ ((ulong)purpose * 0xD1B54A32D192ED03UL);
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>From a given state, not all zero.</summary>
    internal RandomStream(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9, t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform on [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextUniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform on {0, …, bound − 1}, without bias: the low end of the product that would favour some values is drawn again.</summary>
    public int NextInteger(int bound)
    {
        ulong range = (ulong)bound, threshold = (0 - range) % range;
        while (true)
        {
            ulong high = Math.BigMul(NextBits(), range, out ulong low);
            if (low >= threshold) return (int)high;
        }
    }

    /// <summary>Standard normal, Box–Muller; the second of each pair is kept for the next call.</summary>
    public double NextNormal()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform())), angle = 2 * Math.PI * NextUniform();
        _spare = radius * Math.Sin(angle);
        _hasSpare = true;
        return radius * Math.Cos(angle);
    }

    /// <summary>A uniform permutation of {0, …, count − 1} (Fisher–Yates).</summary>
    public int[] NextPermutation(int count)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++) order[i] = i;
        for (int i = count - 1; i > 0; i--)
        {
            int j = NextInteger(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    internal static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
