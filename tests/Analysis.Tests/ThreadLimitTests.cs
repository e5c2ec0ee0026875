using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Tests;

/// <summary>Regression: the side thread, the pass over the Jacobians and the products each took the whole number of threads for themselves.</summary>
public class ThreadLimitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnAnalysisComputesOnNoMoreThreadsThanAllowed(int threads)
    {
        var backend = new WatchedBackend(threads);
        var run = SmallNetworks.Record(SmallNetworks.Parity with { Steps = 60, Checkpoints = 6 });
        Analyze.Reservoir(run, TestRuns.Options with { Backend = backend });
        Check.AtLeast(backend.Calls, 100, "calls of the backend");
        Check.Small(backend.Most, threads, "calls at once");
        // All that were lent came back.
        Assert.Equal(threads - 1, backend.Spare.Take(threads).Count);
    }

    [Fact]
    public void TheSideThreadIsOneOfTheSpareThreads()
    {
        if (Environment.ProcessorCount == 1) return;
        var backend = Backend.Managed(2);
        using ManualResetEventSlim started = new(), end = new();
        using (var second = SideThread.For(10, backend, CancellationToken.None))
        {
            var pending = second.Run(_ => { started.Set(); end.Wait(); return 0; });
            Assert.True(started.Wait(60_000), "the side thread did not start");
            Assert.Equal(0, backend.Spare.Take(1).Count);
            end.Set();
            Assert.Equal(0, pending.Value);
        }
        Assert.Equal(1, backend.Spare.Take(1).Count);
    }

    /// <summary>The main thread waited for work that stood behind other work on the side thread.</summary>
    [Fact]
    public void WorkThatIsAskedForBeforeItsTurnIsDoneByWhoAsks()
    {
        if (Environment.ProcessorCount == 1) return;
        using var second = SideThread.For(10, Backend.Managed(2), CancellationToken.None);
        using var end = new ManualResetEventSlim();
        int runs = 0;
        var first = second.Run(stop => { end.Wait(stop); return 1; });
        var next = second.Run(_ => { runs++; return Environment.CurrentManagedThreadId; });
        Assert.Equal(Environment.CurrentManagedThreadId, next.Value);
        end.Set();
        Assert.Equal(1, first.Value);
        Assert.Equal(2, second.Run(_ => 2).Value);
        Assert.Equal(1, runs);
        var failing = second.Run<int>(_ => throw new NumericalException("it fails"));
        Assert.Equal("it fails", Assert.Throws<NumericalException>(() => failing.Value).Message);
    }

    /// <summary>The main thread waited for what the side thread was at, although there was other work to do.</summary>
    [Fact]
    public void WhoWaitsDoesWhatIsNext()
    {
        if (Environment.ProcessorCount == 1) return;
        using var second = SideThread.For(10, Backend.Managed(2), CancellationToken.None);
        using ManualResetEventSlim begun = new();
        using var others = new CountdownEvent(2);
        int Told()
        {
            others.Signal();
            return Environment.CurrentManagedThreadId;
        }
        // The first work ends when the next one, and one that it starts itself, were done elsewhere.
        Pending<int>? own = null;
        var first = second.Run(stop =>
        {
            own = second.Run(_ => Told());
            begun.Set();
            return others.Wait(60_000, stop) ? 1 : 0;
        });
        Assert.True(begun.Wait(60_000), "the side thread did not start");
        var next = second.Run(_ => Told());
        Assert.Equal(1, first.Value);
        Assert.Equal(Environment.CurrentManagedThreadId, own!.Value);
        Assert.Equal(Environment.CurrentManagedThreadId, next.Value);
    }
}
