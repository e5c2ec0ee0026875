namespace KernelFlow.Numerics;

/// <summary>The threads that may compute beside those that call: one number for a backend, whoever asks.</summary>
/// <remarks>Products, the pass over the Jacobians and the side thread all take from it, so that together they never are more than
/// <see cref="Backend.Threads"/>. A thread that calls a backend counts as one of them; whoever brings threads of their own adds to them.</remarks>
public sealed class ThreadBudget
{
    private readonly SemaphoreSlim? _free;

    /// <summary>Makes a budget.</summary>
    /// <param name="capacity">How many threads may compute beside the caller.</param>
    public ThreadBudget(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Capacity = capacity;
        if (capacity > 0) _free = new SemaphoreSlim(capacity, capacity);
    }

    /// <summary>How many there are.</summary>
    public int Capacity { get; }

    /// <summary>Takes what is free of <paramref name="wanted"/> threads, perhaps none, without waiting.</summary>
    public Lease Take(int wanted)
    {
        int taken = 0;
        if (_free is not null)
        {
            while (taken < wanted && _free.Wait(0)) taken++;
        }
        return new Lease(_free, taken);
    }

    /// <summary>Waits for one thread. Not for a thread that holds a lease: two of them would wait for each other.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="InvalidOperationException">There is no thread beside the caller.</exception>
    public Lease WaitForOne(CancellationToken cancellation)
    {
        if (_free is null) throw new InvalidOperationException("The backend has one thread only.");
        _free.Wait(cancellation);
        return new Lease(_free, 1);
    }

    /// <summary>Threads that were taken; disposing gives them back.</summary>
    public readonly struct Lease : IDisposable
    {
        private readonly SemaphoreSlim? _free;

        internal Lease(SemaphoreSlim? free, int count)
        {
            _free = free;
            Count = count;
        }

        /// <summary>How many were taken.</summary>
        public int Count { get; }

        /// <summary>Gives them back; to be called once.</summary>
        public void Dispose()
        {
            if (Count > 0) _free!.Release(Count);
        }
    }
}
