using KernelFlow.Analysis.Budgets;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Tests.Budgets;

/// <summary>Independent models are carried by as many threads as there are, each once.</summary>
public class VariantThreadsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void EveryPieceIsDoneOnce(int threads)
    {
        var budget = new ThreadBudget(threads);
        var done = new int[100];
        new VariantThreads(threads, budget).Run(done.Length, i => Interlocked.Increment(ref done[i]), default);
        Assert.All(done, count => Assert.Equal(1, count));
        using var all = budget.Take(threads);
        Assert.Equal(threads, all.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AFailureIsToldAsItIs(int threads)
    {
        var failure = Assert.Throws<NumericalException>(() => new VariantThreads(threads, new ThreadBudget(threads)).Run(20,
            i => throw new NumericalException($"piece {i}"), default));
        Assert.StartsWith("piece", failure.Message);
    }

    /// <summary>The side thread helps when it has done what came before: here pieces wait until both threads are at one.</summary>
    [Fact]
    public void TheSideThreadHelps()
    {
        using var side = SideThread.For(10, Backend.Managed(2), CancellationToken.None);
        var threads = new HashSet<int>();
        using var both = new CountdownEvent(2);
        var done = new int[100];
        VariantThreads.Beside(side, Backend.Managed(2)).Run(done.Length, i =>
        {
            Interlocked.Increment(ref done[i]);
            bool first;
            lock (threads) first = threads.Add(Environment.CurrentManagedThreadId);
            if (!first) return;
            both.Signal();
            Assert.True(both.Wait(TimeSpan.FromSeconds(60)), "nobody helped");
        }, default);
        Assert.Equal(2, threads.Count);
        Assert.All(done, count => Assert.Equal(1, count));
    }

    /// <summary>While the side thread is at something else, nobody waits for it.</summary>
    [Fact]
    public void WithoutHelpItIsDoneAllTheSame()
    {
        using var side = SideThread.For(10, Backend.Managed(2), CancellationToken.None);
        using var busy = new ManualResetEventSlim();
        var before = side.Run(stop => { busy.Wait(stop); return 1; });
        var done = new int[10];
        VariantThreads.Beside(side, Backend.Managed(2)).Run(done.Length, i => done[i]++, default);
        Assert.All(done, count => Assert.Equal(1, count));
        busy.Set();
        Assert.Equal(1, before.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AFailureBesideIsToldAsItIs(bool helps)
    {
        using var side = SideThread.For(10, Backend.Managed(2), CancellationToken.None);
        using var busy = new ManualResetEventSlim(helps);
        side.Run(stop => { busy.Wait(stop); return 1; });
        var failure = Assert.Throws<NumericalException>(() => VariantThreads.Beside(side, Backend.Managed(2)).Run(20,
            i => throw new NumericalException($"piece {i}"), default));
        Assert.StartsWith("piece", failure.Message);
    }
}
