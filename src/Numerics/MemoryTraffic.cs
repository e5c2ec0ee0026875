namespace KernelFlow.Numerics;

/// <summary>Bytes read and written by the vector routines, by copies of matrices and by products with block-diagonal matrices, of the whole process; counted
/// only where somebody asked for it (benchmarks/StageCosts).</summary>
/// <remarks>What is counted are operands, whether they come from memory or from a cache.</remarks>
public static class MemoryTraffic
{
    private static bool s_counted;
    private static long s_bytes;

    /// <summary>Whether bytes are counted.</summary>
    public static bool IsCounted
    {
        get => s_counted;
        set => s_counted = value;
    }

    /// <summary>The bytes that were counted so far.</summary>
    public static long Bytes => Interlocked.Read(ref s_bytes);

    /// <summary>Counts the operands of an element-wise operation.</summary>
    /// <param name="numbers">Numbers of 8 bytes that are read or written.</param>
    public static void Add(long numbers)
    {
        if (s_counted) Interlocked.Add(ref s_bytes, 8 * numbers);
    }
}
