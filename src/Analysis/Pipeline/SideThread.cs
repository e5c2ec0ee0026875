using KernelFlow.Numerics;

namespace KernelFlow.Analysis;

/// <summary>Runs estimates beside the main integration where one thread per product is best; one after the other where the products themselves use all
/// threads.</summary>
/// <remarks>Work that is asked for before the side thread has come to it is done by who asks: neither thread waits while there is something to do. Nothing
/// outlives <see cref="Dispose"/>: when the main integration fails or is cancelled, what runs beside it is cancelled too and waited for.</remarks>
internal sealed class SideThread : IDisposable
{
    /// <summary>Below this order two BLAS threads are slower than one; from it on there is never a thread beside the main one.</summary>
    public const int SingleThreadOrder = 500;

    private readonly ThreadBudget? _beside;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _asked;
    private Task _last = Task.CompletedTask;

    private SideThread(ThreadBudget? beside, CancellationToken asked)
    {
        _beside = beside;
        _asked = asked;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(asked);
    }

    /// <summary>How many threads there are beside the main one: 1 or 0.</summary>
    public int Threads => _beside is null ? 0 : 1;

    /// <summary>A second thread where the order is so small that products use one thread each, and more than one may be used; none when the backend was told to
    /// use one.</summary>
    public static SideThread For(int order, Backend backend, CancellationToken cancellation) =>
        new(backend.Spare.Capacity > 0 && Environment.ProcessorCount > 1 && order < SingleThreadOrder ? backend.Spare : null, cancellation);

    /// <summary>Starts the work after what was started before, on the side thread or, if its value is asked for earlier, where that is; without a second
    /// thread it runs when its value is asked for. The token ends it.</summary>
    public Pending<T> Run<T>(Func<CancellationToken, T> work)
    {
        if (_beside is null) return new Pending<T>(new Lazy<T>(() => work(_asked)));
        var once = new OnceWork<T>(work);
        var token = _stop.Token;
        lock (_stop)
        {
            _last = _last.ContinueWith(_ =>
            {
                if (once.IsTaken) return;
                using var counted = _beside.WaitForOne(token);
                once.TryRun(token);
            }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        return new Pending<T>(new Lazy<T>(() =>
        {
            try
            {
                _asked.ThrowIfCancellationRequested();
                once.TryRun(token);
                return once.Result;
            }
            catch (OperationCanceledException)
            {
                throw new OperationCanceledException(_asked); // The caller knows its own token, not the linked one.
            }
        }));
    }

    /// <summary>Cancels what is not finished and waits for its end.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        Task last;
        lock (_stop) last = _last;
        last.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        _stop.Dispose();
    }
}

/// <summary>A value that is being computed.</summary>
internal sealed class Pending<T>(Lazy<T> value)
{
    public T Value => value.Value;
}
