namespace KernelFlow.Numerics.Native;

/// <summary>Owns the thread count of a native library, which is one number for the whole process.</summary>
/// <remarks>
/// The rule: the number is changed only while none of our calls is inside the library. A call that arrives while another is inside runs with the
/// number in force, so the wish of a call is exact when calls come one by one or all want the same, and only speed depends on it.
/// </remarks>
internal sealed class ThreadGate(Action<int>? setThreads)
{
    private readonly Lock _lock = new();
    private int _inside, _current;

    /// <summary>Announces a call, which ends when the result is disposed.</summary>
    public Call Enter(int threads)
    {
        if (setThreads is null) return default;
        lock (_lock)
        {
            if (_inside++ == 0 && _current != threads)
            {
                setThreads(threads);
                _current = threads;
            }
        }
        return new Call(this);
    }

    private void Exit()
    {
        lock (_lock) _inside--;
    }

    /// <summary>A call inside the library.</summary>
    public readonly ref struct Call(ThreadGate? gate)
    {
        /// <summary>Ends the call.</summary>
        public void Dispose() => gate?.Exit();
    }
}
