using KernelFlow.Numerics;

namespace KernelFlow.Analysis;

/// <summary>Runs estimates beside the main integration where one thread per product is best; one after the other where the products themselves use all
/// threads.</summary>
/// <remarks>Work that is asked for before the side thread has come to it is done by who asks, and who waits for what the other thread is at does what is next
/// meanwhile. Nothing outlives <see cref="Dispose"/>: when the main integration fails or is cancelled, what runs beside it is cancelled too and waited
/// for.</remarks>
internal sealed class SideThread : IDisposable
{
    /// <summary>Below this order two BLAS threads are slower than one; from it on there is never a thread beside the main one.</summary>
    public const int SingleThreadOrder = 500;

    private readonly ThreadBudget? _beside;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _asked;
    private readonly Queue<OnceWork> _next = []; // also what is locked while it, or what is done, changes
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
        if (_beside is null)
        {
            var lazy = new Lazy<T>(() => work(_asked));
            return new Pending<T>(() => lazy.Value);
        }
        var once = new OnceWork<T>(work);
        var token = _stop.Token;
        lock (_next)
        {
            _next.Enqueue(once);
            Changed();
            _last = _last.ContinueWith(_ =>
            {
                if (once.IsTaken) return;
                using var counted = _beside.WaitForOne(token);
                Do(once, token);
            }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        return new Pending<T>(() =>
        {
            try
            {
                _asked.ThrowIfCancellationRequested();
                Do(once, token);
                while (!once.IsDone)
                    if (NextBefore(once) is { } other) Do(other, token);
                return once.Result;
            }
            catch (OperationCanceledException)
            {
                throw new OperationCanceledException(_asked); // The caller knows its own token, not the linked one.
            }
        });
    }

    private void Do(OnceWork work, CancellationToken token)
    {
        if (!work.TryRun(token)) return;
        lock (_next) Changed();
    }

    // What is done is not held here any longer: it may be large.
    private void Changed()
    {
        while (_next.TryPeek(out var first) && first.IsTaken) _next.Dequeue();
        Monitor.PulseAll(_next);
    }

    // The first work that nobody has taken; null when what is waited for is done, which comes first.
    private OnceWork? NextBefore(OnceWork awaited)
    {
        lock (_next)
        {
            while (true)
            {
                if (awaited.IsDone) return null;
                while (_next.TryDequeue(out var other))
                    if (!other.IsTaken) return other;
                Monitor.Wait(_next);
            }
        }
    }

    /// <summary>Cancels what is not finished and waits for its end.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        Task last;
        lock (_next) last = _last;
        last.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        _stop.Dispose();
    }
}

/// <summary>A value that is being computed.</summary>
internal sealed class Pending<T>(Func<T> value)
{
    /// <summary>The value, the same each time; waits for it.</summary>
    public T Value => value();
}
