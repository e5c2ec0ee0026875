namespace KernelFlow.Spectral;

/// <summary>Block size and capacity of a basis, from the options.</summary>
internal static class KrylovSizes
{
    private const int DefaultBlock = 4;
    private const int AlwaysAffordable = 1000; // a complete basis of this dimension takes 8 MB

    /// <summary>Checks and completes the options for a space of dimension n.</summary>
    /// <exception cref="ArgumentException">Something does not fit.</exception>
    public static (int Block, int Capacity) Of(int n, int count, LanczosOptions options)
    {
        if (count < 1 || count > n) throw new ArgumentException($"count is {count}, expected 1 to {n}, the order of the operator.");
        int block = options.BlockSize ?? Math.Min(DefaultBlock, n);
        if (block < 1 || block > n) throw new ArgumentException($"BlockSize is {block}, expected 1 to {n}, the order of the operator.");
        if (!(options.Tolerance >= 0 && options.Tolerance < 1))
            throw new ArgumentException(FormattableString.Invariant($"Tolerance is {options.Tolerance}, expected 0 or more and below 1."));
        if (options.MaximumRestarts < 0) throw new ArgumentException($"MaximumRestarts is {options.MaximumRestarts}, expected 0 or more.");
        int least = (int)Math.Min(n, count + 2L * block);
        if (options.MaximumBasis < least)
            throw new ArgumentException($"MaximumBasis is {options.MaximumBasis}, expected at least {least} for {count} pairs in blocks of {block}.");
        long usual = n <= AlwaysAffordable ? n : Math.Max(2L * count, count + 32L) + 4L * block;
        return (block, (int)Math.Min(n, options.MaximumBasis ?? usual));
    }
}
