namespace KernelFlow.Analysis;

/// <summary>Has N×N matrices that nobody uses any more collected soon, where they are large.</summary>
/// <remarks>Left to itself the collector lets such arrays gather to 3.5 times the size of what is in use before it looks at them, which would decide how
/// large a run fits into memory. They hold no references, so that a collection takes about a millisecond, beside tenths of a second for one product of
/// such matrices. Allocations are looked at from a timer, so that every stage is covered, whoever wrote it.</remarks>
internal sealed class LargeGarbage : IDisposable
{
    // For smaller matrices all garbage that can gather is beside the point.
    private const int SmallestOrder = 200;
    private const long Least = 32 << 20;
    private const int Matrices = 4;
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(10);

    private readonly long _allowed;
    private readonly Timer _timer;
    private long _allocated;
    private int _busy;

    private LargeGarbage(long allowed, TimeSpan period)
    {
        _allowed = allowed;
        _allocated = GC.GetTotalAllocatedBytes();
        _timer = new Timer(_ => Look(), null, period, period);
    }

    /// <summary>Watches over an analysis with matrices of some order; null where these are small.</summary>
    public static LargeGarbage? Watch(int order) =>
        order < SmallestOrder ? null : new LargeGarbage(Math.Max(Least, Matrices * sizeof(double) * (long)order * order), _period);

    /// <summary>One that looks only when it is told to.</summary>
    internal static LargeGarbage Unwatched(long allowed) => new(allowed, Timeout.InfiniteTimeSpan);

    /// <summary>Ends the watch; what is left is given back to the system.</summary>
    public void Dispose()
    {
        using var ended = new ManualResetEvent(false);
        if (_timer.Dispose(ended)) ended.WaitOne();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>Collects where enough was allocated since the last time.</summary>
    /// <returns>Whether it did.</returns>
    internal bool Look()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0) return false;
        bool due = GC.GetTotalAllocatedBytes() - _allocated > _allowed;
        if (due)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
            _allocated = GC.GetTotalAllocatedBytes();
        }
        Volatile.Write(ref _busy, 0);
        return due;
    }
}
