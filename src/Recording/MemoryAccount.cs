namespace KernelFlow;

/// <summary>What is held of a <see cref="MemoryCeiling"/>: everything that one computation keeps for longer than a call is counted here, whoever keeps
/// it.</summary>
/// <remarks>Safe from several threads. It counts and allocates nothing.</remarks>
/// <param name="ceiling">How much may be held.</param>
public sealed class MemoryAccount(MemoryCeiling ceiling)
{
    private long _held, _largest;

    /// <summary>How much may be held.</summary>
    public MemoryCeiling Ceiling { get; } = ceiling;

    /// <summary>How many bytes are held now.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>The most that was held at a time.</summary>
    public long Largest => Interlocked.Read(ref _largest);

    /// <summary>How many more bytes may be held; 0 where the ceiling is reached.</summary>
    public long Free => Math.Max(0, Ceiling.Bytes - Held);

    /// <summary>Counts what is to be kept, if there is room for it.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="leave">How much must be free after that, for what nothing can be computed without.</param>
    /// <returns>Whether there was room; nothing is counted where there was none.</returns>
    public bool TryTake(long bytes, long leave = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfNegative(leave);
        while (true)
        {
            long held = Held;
            if (bytes > Ceiling.Bytes - held - leave) return false;
            if (Interlocked.CompareExchange(ref _held, held + bytes, held) != held) continue;
            Note(held + bytes);
            return true;
        }
    }

    /// <summary>Counts what nothing can be computed without, room or not.</summary>
    /// <param name="bytes">How much.</param>
    public void Take(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Note(Interlocked.Add(ref _held, bytes));
    }

    /// <summary>Says that something is no longer held.</summary>
    /// <param name="bytes">How much.</param>
    public void Return(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Interlocked.Add(ref _held, -bytes);
    }

    private void Note(long held)
    {
        for (long largest = Largest; held > largest; largest = Largest)
            if (Interlocked.CompareExchange(ref _largest, held, largest) == largest) return;
    }
}
