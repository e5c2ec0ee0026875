using System.Runtime.ExceptionServices;

namespace KernelFlow.Analysis;

/// <summary>Work that whoever comes first does.</summary>
internal abstract class OnceWork
{
    private int _taken, _done;

    /// <summary>Whether somebody does it, or has done it.</summary>
    public bool IsTaken => Volatile.Read(ref _taken) != 0;

    /// <summary>Whether it is done, or has failed.</summary>
    public bool IsDone => Volatile.Read(ref _done) != 0;

    /// <summary>Does it, unless somebody else does. A failure is told where the result is asked for, and nowhere else.</summary>
    /// <param name="stop">Ends it.</param>
    /// <returns>Whether it was done here.</returns>
    public bool TryRun(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0) return false;
        Run(stop);
        Volatile.Write(ref _done, 1);
        return true;
    }

    /// <summary>Does it and keeps what comes of it; throws nothing.</summary>
    protected abstract void Run(CancellationToken stop);
}

/// <summary>Work of which everybody has the result.</summary>
/// <param name="work">The work.</param>
internal sealed class OnceWork<T>(Func<CancellationToken, T> work) : OnceWork
{
    private T _result = default!;
    private ExceptionDispatchInfo? _failure;

    /// <summary>What came of it, once it is done.</summary>
    public T Result
    {
        get
        {
            _failure?.Throw();
            return _result;
        }
    }

    protected override void Run(CancellationToken stop)
    {
        try
        {
            _result = work(stop);
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
