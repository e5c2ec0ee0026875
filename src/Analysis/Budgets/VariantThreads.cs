using System.Runtime.ExceptionServices;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Budgets;

/// <summary>The threads that carry independent vectors beside each other.</summary>
/// <param name="Count">How many there may be.</param>
/// <param name="Spare">Where those beside the caller are taken from; null where there are none.</param>
/// <param name="Side">Where the other of two threads is asked to help, once it has nothing else to do; null where there is none.</param>
internal readonly record struct VariantThreads(int Count, ThreadBudget? Spare, SideThread? Side = null)
{
    // Each carries models of its own: more of them would hold more than they save.
    private const int Most = 4;

    /// <summary>The threads for work that was given to the side thread.</summary>
    /// <param name="second">The side thread.</param>
    /// <param name="backend">The dense linear algebra, of whose threads those of a large order are.</param>
    public static VariantThreads Beside(SideThread second, Backend backend) =>
        second.Threads == 0 ? new(Math.Min(Most, 1 + backend.Spare.Capacity), backend.Spare) : new(1, null, second);

    /// <summary>Does pieces of work, each once: in their order where there is one thread, nearly so otherwise, so that what neighbours share is read once. A
    /// failure is told as it is where there is one thread.</summary>
    /// <param name="pieces">Their number.</param>
    /// <param name="work">Does one of them.</param>
    /// <param name="cancellation">Honoured between pieces.</param>
    public void Run(int pieces, Action<int> work, CancellationToken cancellation)
    {
        int next = -1;
        if (Side is { } side)
        {
            bool over = false;
            bool Share(CancellationToken stop)
            {
                while (!Volatile.Read(ref over) && Interlocked.Increment(ref next) is var i && i < pieces)
                {
                    stop.ThrowIfCancellationRequested();
                    work(i);
                }
                return true;
            }
            var helper = side.Run(Share);
            try
            {
                Share(cancellation);
            }
            finally
            {
                // What the helper is at must be done before anything that it works on is given up.
                Volatile.Write(ref over, true);
                _ = helper.Value;
            }
            return;
        }
        using var beside = Spare?.Take(Count - 1) ?? default(ThreadBudget.Lease);
        int threads = Math.Min(pieces, 1 + beside.Count);
        if (threads <= 1)
        {
            for (int i = 0; i < pieces; i++) work(i);
            return;
        }
        try
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, (_, state) =>
            {
                while (!state.ShouldExitCurrentIteration && Interlocked.Increment(ref next) is var i && i < pieces) work(i);
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
