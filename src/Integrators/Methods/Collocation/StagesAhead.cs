using System.Runtime.ExceptionServices;
using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Prepares the matrices of a step that is announced on a thread that is spare, while the step before it is taken. Numbers are those of the step
/// prepared when its turn comes.</summary>
/// <remarks>Where no thread has come until then nothing is waited for. It allocates nothing after it was made.</remarks>
/// <param name="matrices">A second set of them.</param>
/// <param name="spare">The threads that may compute beside the caller.</param>
internal sealed class StagesAhead(StageMatrices matrices, ThreadBudget spare) : IThreadPoolWorkItem
{
    // Factors of larger matrices are products of a size at which the threads share each of them.
    private const int LargestOrder = 512, LeastOrder = 100;

    private const int Idle = 0, Queued = 1, Running = 2, Done = 3;

    private static readonly ContextCallback s_prepare = state => ((StagesAhead)state!).Prepare();

    private StageMatrices _matrices = matrices;
    private ExecutionContext? _context;
    private ThreadBudget.Lease _lease;
    private FlowStep _step, _later;
    private int _columns, _state;
    private bool _hasLater;
    private Exception? _failure;

    /// <summary>Whether a second set of matrices pays.</summary>
    public static bool IsWorth(int order, ThreadBudget spare) => spare.Capacity > 0 && order is >= LeastOrder and <= LargestOrder;

    /// <summary>Says which steps come next, in this order.</summary>
    /// <param name="first">The one that is begun now.</param>
    /// <param name="second">The one that is begun when the first is taken.</param>
    /// <param name="columns">Columns of their X.</param>
    public void Announce(FlowStep first, FlowStep second, int columns)
    {
        Forget();
        _columns = columns;
        (_later, _hasLater) = (second, true);
        Begin(first);
    }

    /// <summary>Gives the matrices of a step in exchange for those that the caller has, if they were prepared.</summary>
    /// <exception cref="NumericalException">One of them is singular.</exception>
    public bool TryTake(FlowStep step, int columns, ref StageMatrices current)
    {
        if (_columns != columns || _step != step) return false;
        bool ready = Wait();
        if (ready) (current, _matrices) = (_matrices, current);
        if (_hasLater)
        {
            _hasLater = false;
            Begin(_later);
        }
        return ready;
    }

    /// <summary>Waits for what is under way and forgets it: after that nobody touches the buffers.</summary>
    public void Forget()
    {
        _hasLater = false;
        try
        {
            Wait();
        }
        catch (NumericalException)
        {
            // Of a step that is not taken.
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (Interlocked.CompareExchange(ref _state, Running, Queued) != Queued) return;
        // Whoever counts work by what the caller is at counts this with it.
        if (_context is { } context) ExecutionContext.Run(context, s_prepare, this);
        else Prepare();
    }

    private void Prepare()
    {
        try
        {
            _matrices.Prepare(_step, _columns);
        }
        catch (Exception e)
        {
            _failure = e;
        }
        finally
        {
            _lease.Dispose();
            Volatile.Write(ref _state, Done);
        }
    }

    private void Begin(FlowStep step)
    {
        _step = step;
        _lease = spare.Take(1);
        if (_lease.Count == 0) return;
        (_failure, _context) = (null, ExecutionContext.Capture());
        Volatile.Write(ref _state, Queued);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // Whether the matrices are there.
    private bool Wait()
    {
        if (Volatile.Read(ref _state) == Idle) return false;
        if (Interlocked.CompareExchange(ref _state, Idle, Queued) == Queued)
        {
            _lease.Dispose();
            return false;
        }
        var wait = new SpinWait();
        while (Volatile.Read(ref _state) != Done) wait.SpinOnce(sleep1Threshold: -1);
        Volatile.Write(ref _state, Idle);
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        return true;
    }
}
