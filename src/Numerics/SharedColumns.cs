using System.Runtime.ExceptionServices;

namespace KernelFlow.Numerics;

/// <summary>Work on the columns of a matrix that may be done in any order and by several threads at once.</summary>
public interface IColumnWork
{
    /// <summary>Does the work for the columns [first, last).</summary>
    /// <param name="first">The first column.</param>
    /// <param name="last">The column after the last.</param>
    void Run(int first, int last);
}

/// <summary>Shares element-wise work on a matrix among the threads of a backend: such passes are bound by memory, and one core does not fill it.</summary>
/// <remarks>Allocates nothing after the first call of each thread, as steps of an integration go through here.</remarks>
public static class SharedColumns
{
    // Waking a second thread costs as much as going through so many numbers.
    private const double LeastElements = 1 << 17;
    private const int PiecesPerThread = 8; // those of a triangle differ in size, and a thread may come late

    /// <summary>Does the work for all columns.</summary>
    /// <param name="spare">The threads that may compute beside this one.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="elements">How many numbers are written, which decides whether a second thread pays.</param>
    /// <param name="work">What is done; elements of different columns must not depend on each other.</param>
    public static void Run<T>(ThreadBudget spare, int columns, double elements, in T work)
        where T : struct, IColumnWork
    {
        ArgumentNullException.ThrowIfNull(spare);
        if (columns <= 0) return;
        if (spare.Capacity > 0 && elements >= LeastElements && columns > 1)
        {
            using var beside = spare.Take(spare.Capacity);
            if (beside.Count > 0)
            {
                Job<T>.OfThisThread.Run(beside.Count, columns, Math.Min(columns, PiecesPerThread * (1 + beside.Count)), work);
                return;
            }
        }
        work.Run(0, columns);
    }

    /// <summary>The same in equal pieces with threads that were taken already.</summary>
    internal static void Run<T>(int beside, int columns, int pieces, in T work)
        where T : struct, IColumnWork => Job<T>.OfThisThread.Run(beside, columns, pieces, work);

    // One for each thread that calls, used again: the pieces still to be claimed and the number of the call are one word, so that a helper that comes
    // too late finds nothing to do, or helps the next call.
    private sealed class Job<T> : IThreadPoolWorkItem
        where T : struct, IColumnWork
    {
        [ThreadStatic]
        private static Job<T>? t_own;

        private T _work;
        private int _columns, _pieces, _done, _waiting;
        private long _claims; // number of the call, 32 bits, and pieces left, 32 bits
        private Exception? _failure;

        public static Job<T> OfThisThread => t_own ??= new Job<T>();

        public void Run(int beside, int columns, int pieces, in T work)
        {
            (_work, _columns, _pieces, _failure) = (work, columns, pieces, null);
            Volatile.Write(ref _done, 0);
            long call = (Volatile.Read(ref _claims) >> 32) + 1;
            Volatile.Write(ref _claims, (call << 32) | (uint)pieces);
            for (int i = Volatile.Read(ref _waiting); i < beside; i++)
            {
                Interlocked.Increment(ref _waiting);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            Work();
            var wait = new SpinWait();
            while (Volatile.Read(ref _done) < pieces) wait.SpinOnce(sleep1Threshold: -1);
            _work = default;
            if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        }

        public void Execute()
        {
            Interlocked.Decrement(ref _waiting);
            Work();
        }

        private void Work()
        {
            while (true)
            {
                long claims = Volatile.Read(ref _claims);
                int left = (int)(uint)claims;
                if (left == 0) return;
                if (Interlocked.CompareExchange(ref _claims, claims - 1, claims) != claims) continue;
                int piece = _pieces - left;
                try
                {
                    _work.Run(Bound(piece), Bound(piece + 1));
                }
                catch (Exception failure)
                {
                    _failure = failure;
                }
                Interlocked.Increment(ref _done);
            }
        }

        private int Bound(int piece) => (int)((long)_columns * piece / _pieces);
    }
}
