namespace KernelFlow.Operators;

/// <summary>How much memory the kernels of a run may take.</summary>
/// <param name="Bytes">Up to so many all of them are kept; those of a larger run are read when they are wanted, and a few are kept.</param>
internal readonly record struct KernelMemory(long Bytes)
{
    /// <summary>Terms of an interval where J or K is linear: its two ends and their cross term, and the skew part of that for descent.</summary>
    public const int LinearReach = 4;

    public static KernelMemory Default { get; } = new(128L << 20);

    /// <summary>The cache for the terms of a run; null where all of them are kept.</summary>
    /// <param name="trainSize">N.</param>
    /// <param name="testSize">M.</param>
    /// <param name="terms">Number of terms.</param>
    /// <param name="together">How many of them an interval needs.</param>
    public MatrixCache? CacheFor(int trainSize, int testSize, int terms, int together)
    {
        double kernels = sizeof(double) * (double)(trainSize + testSize) * trainSize, test = sizeof(double) * (double)testSize * testSize;
        return terms * (kernels + test) <= Bytes ? null : new MatrixCache((long)(together * (kernels + test)));
    }
}
