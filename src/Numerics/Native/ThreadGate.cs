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

    /// <summary>Announces a call; <see cref="Exit"/> must follow.</summary>
    public void Enter(int threads)
    {
        if (setThreads is null) return;
        lock (_lock)
        {
            if (_inside++ > 0 || _current == threads) return;
            setThreads(threads);
            _current = threads;
        }
    }

    /// <summary>Ends a call.</summary>
    public void Exit()
    {
        if (setThreads is null) return;
        lock (_lock) _inside--;
    }
}
