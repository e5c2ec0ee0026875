namespace KernelFlow.Numerics;

/// <summary>The seeds of everything random, from the one seed that a user gives: each purpose has numbers of its own, so that no two of them
/// draw the same.</summary>
/// <remarks>The user's seed goes through the finaliser of SplitMix64, which maps 0 to 0 and neighbouring seeds to unrelated numbers
/// (Steele, Lea, Flood 2014).</remarks>
public static class Seeds
{
    /// <summary>The seed of one purpose.</summary>
    /// <param name="purpose">A number of the purpose's own; with seed 0 it is what comes back.</param>
    /// <param name="seed">The user's seed.</param>
    public static int From(int purpose, long seed)
    {
        ulong z = unchecked((ulong)seed * 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return purpose ^ unchecked((int)(z ^ (z >> 31)));
    }

    /// <summary>A generator for one purpose.</summary>
    /// <param name="purpose">A number of the purpose's own.</param>
    /// <param name="seed">The user's seed.</param>
    public static Random Generator(int purpose, long seed) => new(From(purpose, seed));
}
