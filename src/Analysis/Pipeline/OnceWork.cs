namespace KernelFlow.Analysis;

/// <summary>Work that whoever comes first does, and of which everybody has the result.</summary>
/// <param name="work">The work.</param>
internal sealed class OnceWork<T>(Func<CancellationToken, T> work)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    /// <summary>Whether somebody does it, or has done it.</summary>
    public bool IsTaken => Volatile.Read(ref _taken) != 0;

    /// <summary>What came of it, or its failure; waits for who does it.</summary>
    public T Result => _done.Task.GetAwaiter().GetResult();

    /// <summary>Does it, unless somebody else does.</summary>
    /// <param name="stop">Ends it.</param>
    public void TryRun(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0) return;
        try
        {
            _done.SetResult(work(stop));
        }
        catch (Exception e)
        {
            // Told where the result is asked for, and nowhere else.
            _done.SetException(e);
            _ = _done.Task.Exception;
        }
    }
}
