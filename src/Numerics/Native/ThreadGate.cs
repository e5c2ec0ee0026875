namespace KernelFlow.Numerics.Native;

/// <summary>Owns the thread count of a native library, which is one number for the whole process or one for each thread.</summary>
/// <remarks>
/// The rule for one number: it is changed only while none of our calls is inside the library. A call that arrives while another is inside runs with the
/// number in force, but never with more threads than it may use: then it waits, and so does who comes after it.
/// </remarks>
/// <param name="setThreads">Sets the number; null for a library that has no such function.</param>
/// <param name="perThread">Whether the number counts for the calling thread alone.</param>
internal sealed class ThreadGate(Action<int>? setThreads, bool perThread = false)
{
    private readonly object _lock = new();
    private int _inside, _current, _waiting;

    /// <summary>Announces a call, which ends when the result is disposed.</summary>
    /// <param name="beside">The threads that the call may use beside its own; given back when it ends.</param>
    public Call Enter(ThreadBudget.Lease beside)
    {
        int threads = 1 + beside.Count;
        if (setThreads is null || perThread)
        {
            setThreads?.Invoke(threads);
            return new Call(null, beside);
        }
        lock (_lock)
        {
            if (_inside > 0 && (_current > threads || _waiting > 0))
            {
                _waiting++;
                do Monitor.Wait(_lock);
                while (_inside > 0 && _current > threads);
                _waiting--;
            }
            if (_inside++ == 0 && _current != threads)
            {
                setThreads(threads);
                _current = threads;
            }
        }
        return new Call(this, beside);
    }

    private void Exit()
    {
        lock (_lock)
        {
            if (--_inside == 0 && _waiting > 0) Monitor.PulseAll(_lock);
        }
    }

    /// <summary>A call inside the library.</summary>
    public readonly ref struct Call(ThreadGate? gate, ThreadBudget.Lease beside)
    {
        /// <summary>Ends the call.</summary>
        public void Dispose()
        {
            gate?.Exit();
            beside.Dispose();
        }
    }
}
