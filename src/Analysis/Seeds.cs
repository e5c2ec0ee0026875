namespace KernelFlow.Analysis;

/// <summary>The seeds of everything random, from the one of the options.</summary>
internal static class Seeds
{
    /// <summary>The seed of one use of random numbers.</summary>
    /// <param name="purpose">A number of the use's own; with seed 0 it is the seed.</param>
    /// <param name="seed">The seed of the options.</param>
    public static int From(int purpose, long seed)
    {
        // The finaliser of SplitMix64, which maps 0 to 0: neighbouring seeds give unrelated numbers.
        ulong z = unchecked((ulong)seed * 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return purpose ^ unchecked((int)(z ^ (z >> 31)));
    }
}
