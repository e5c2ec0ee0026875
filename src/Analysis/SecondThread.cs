using KernelFlow.Numerics;

namespace KernelFlow.Analysis;

/// <summary>Runs estimates beside the main integration where one thread per product is best; one after the other where the products themselves use all threads.</summary>
internal sealed class SecondThread
{
    // Below this order two BLAS threads are slower than one.
    private const int SingleThreadOrder = 500;
    private readonly bool _beside;
    private Task _last = Task.CompletedTask;

    private SecondThread(bool beside) => _beside = beside;

    public static SecondThread For(int order, Backend backend) => new(Environment.ProcessorCount > 1 && (order < SingleThreadOrder || backend.Threads == 1));

    /// <summary>Starts the work after what was started before; without a second thread it runs when its value is asked for.</summary>
    public Pending<T> Run<T>(Func<T> work)
    {
        if (!_beside) return new Pending<T>(new Lazy<T>(work));
        var task = _last.ContinueWith(_ => work(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _last = task;
        return new Pending<T>(new Lazy<T>(() => task.GetAwaiter().GetResult()));
    }
}

/// <summary>A value that is being computed.</summary>
internal sealed class Pending<T>(Lazy<T> value)
{
    public T Value => value.Value;
}
