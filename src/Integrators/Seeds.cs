namespace KernelFlow.Integrators;

/// <summary>Random generators from the seed of a run, one for each purpose, so that no two of them draw the same numbers.</summary>
internal static class Seeds
{
    /// <param name="purpose">A number of the purpose's own; with seed 0 it is the seed of the generator.</param>
    /// <param name="seed">Seed of the run.</param>
    public static Random Generator(int purpose, long seed)
    {
        // The finaliser of SplitMix64, which maps 0 to 0.
        ulong z = unchecked((ulong)seed * 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return new Random(purpose ^ unchecked((int)(z ^ (z >> 31))));
    }
}
