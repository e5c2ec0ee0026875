using KernelFlow.Numerics.Native;

namespace KernelFlow.Numerics.Tests;

/// <summary>The rules for the thread count of a native library, and for the threads that a backend may use in all.</summary>
public class ThreadGateTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void The_count_changes_only_while_no_call_is_inside()
    {
        var calls = new List<int>();
        var gate = new ThreadGate(calls.Add);
        var spare = new ThreadBudget(1);
        using (gate.Enter(spare.Take(0)))
        {
            using (gate.Enter(spare.Take(1))) Assert.Equal([1], calls);
        }
        using (gate.Enter(spare.Take(0))) Assert.Equal([1], calls);
        using (gate.Enter(spare.Take(1))) Assert.Equal([1, 2], calls);
        Assert.Equal(1, spare.Take(5).Count);
    }

    [Fact]
    public void A_library_without_a_setter_is_left_alone()
    {
        var gate = new ThreadGate(null);
        using (gate.Enter(default)) { }
        using (gate.Enter(default)) { }
    }

    /// <summary>A call that may use one thread never runs in a library that is set to two.</summary>
    [Fact]
    public void A_call_does_not_run_with_more_threads_than_it_may_use()
    {
        int current = 0, seen = 0;
        var gate = new ThreadGate(threads => current = threads);
        var spare = new ThreadBudget(1);
        using var started = new ManualResetEventSlim();
        var second = new Thread(() =>
        {
            started.Set();
            using var call = gate.Enter(default);
            seen = current;
        });
        using (gate.Enter(spare.Take(1)))
        {
            second.Start();
            Assert.True(started.Wait(s_patience));
            Assert.False(second.Join(50), "the second call did not wait");
        }
        Assert.True(second.Join(s_patience), "the second call was not let in");
        Assert.Equal(1, seen);
    }

    [Fact]
    public void A_count_for_each_thread_is_set_at_every_call_and_nobody_waits()
    {
        var calls = new List<int>();
        var gate = new ThreadGate(calls.Add, perThread: true);
        var spare = new ThreadBudget(2);
        using (gate.Enter(spare.Take(2)))
        {
            using (gate.Enter(spare.Take(2))) Assert.Equal([3, 1], calls);
        }
        Assert.Equal(2, spare.Take(2).Count);
    }

    [Fact]
    public void Threads_are_lent_until_there_are_none_and_given_back()
    {
        var spare = Backend.Managed(4).Spare;
        Assert.Equal(3, spare.Capacity);
        using (var two = spare.Take(2))
        using (var one = spare.Take(2))
        {
            Assert.Equal((2, 1, 0), (two.Count, one.Count, spare.Take(1).Count));
            using var stop = new CancellationTokenSource();
            stop.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => spare.WaitForOne(stop.Token));
        }
        using (var all = spare.Take(9)) Assert.Equal(3, all.Count);
        using (var one = spare.WaitForOne(default)) Assert.Equal(2, spare.Take(3).Count);
        Assert.Throws<InvalidOperationException>(() => Backend.Managed(1).Spare.WaitForOne(default));
    }

    /// <summary>Regression: products inside a parallel loop each took as many threads as the loop itself.</summary>
    [Fact]
    public void Products_side_by_side_share_the_threads()
    {
        var backend = Backend.Managed(3);
        MatrixView a = Oracle.Random(new Random(1), 300, 300);
        int most = 0;
        // Whoever asks while the products run finds no more than what is left.
        using (backend.Spare.Take(1))
        {
            Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ =>
            {
                backend.Gemm(Op.None, Op.None, 1, a, a, 0, new MatrixView(new double[90000], 300, 300));
                using var left = backend.Spare.Take(9);
                int seen = left.Count, before;
                while (seen > (before = most) && Interlocked.CompareExchange(ref most, seen, before) != before) { }
            });
        }
        Check.Small(most, 1, "threads left beside the two");
        Assert.Equal(2, backend.Spare.Take(9).Count);
    }
}
