namespace KernelFlow.Analysis;

/// <summary>The seeds of everything random, from the one of the options.</summary>
internal static class Seeds
{
    /// <summary>The seed of one use: <paramref name="first"/> for seed 0, another one for every other seed up to 2³¹.</summary>
    public static int From(int first, long seed) => unchecked(first + (int)(seed ^ (seed >> 32)));
}
