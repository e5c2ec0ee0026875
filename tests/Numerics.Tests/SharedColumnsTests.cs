namespace KernelFlow.Numerics.Tests;

/// <summary>Work on columns that several threads share, and the buffers of a backend.</summary>
public class SharedColumnsTests
{
    private readonly struct Count(int[] seen) : IColumnWork
    {
        public void Run(int first, int last)
        {
            for (int j = first; j < last; j++) Interlocked.Increment(ref seen[j]);
        }
    }

    private readonly struct Fail(int at) : IColumnWork
    {
        public void Run(int first, int last)
        {
            if (first <= at && at < last) throw new InvalidOperationException($"column {at}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void EveryColumnIsDoneOnceAndThreadsComeBack(int beside)
    {
        var spare = new ThreadBudget(beside);
        // Many calls one after the other, of different sizes: a helper that comes late belongs to an earlier call.
        for (int call = 0; call < 2000; call++)
        {
            int[] seen = new int[1 + call % 97];
            SharedColumns.Run(spare, seen.Length, 1e9, new Count(seen));
            Assert.True(seen.All(times => times == 1), $"call {call}: columns were done {string.Join(",", seen)} times, expected once each");
        }
        using var all = spare.Take(10);
        Assert.Equal(beside, all.Count);
    }

    [Fact]
    public void CallsFromSeveralThreadsDoNotMix()
    {
        var spare = new ThreadBudget(2);
        Parallel.For(0, 8, _ =>
        {
            for (int call = 0; call < 300; call++)
            {
                int[] seen = new int[40];
                SharedColumns.Run(spare, seen.Length, 1e9, new Count(seen));
                Assert.True(seen.All(times => times == 1), $"call {call}: columns were done {string.Join(",", seen)} times, expected once each");
            }
        });
    }

    [Fact]
    public void AFailureIsThrownToTheCallerAndTheNextCallWorks()
    {
        var spare = new ThreadBudget(1);
        Assert.Equal("column 7", Assert.Throws<InvalidOperationException>(() => SharedColumns.Run(spare, 20, 1e9, new Fail(7))).Message);
        int[] seen = new int[20];
        SharedColumns.Run(spare, seen.Length, 1e9, new Count(seen));
        Assert.All(seen, times => Assert.Equal(1, times));
    }

    [Fact]
    public void WithoutAFreeThreadTheCallerDoesAll()
    {
        var spare = new ThreadBudget(1);
        using var taken = spare.Take(1);
        int[] seen = new int[20];
        SharedColumns.Run(spare, seen.Length, 1e9, new Count(seen));
        Assert.All(seen, times => Assert.Equal(1, times));
    }

    [Fact]
    public void ABufferThatCameBackIsGivenOutAgainAndOnlyOnce()
    {
        var pool = new BufferPool();
        var first = pool.Take(30, 20);
        Assert.NotSame(first.Array, pool.Take(30, 20).Array);
        pool.Return(first.Array);
        Assert.NotSame(first.Array, pool.Take(30, 21).Array);
        var again = pool.Take(20, 30);
        Assert.Same(first.Array, again.Array);
        Assert.Equal((20, 30, 20), (again.Rows, again.Columns, again.LeadingDimension));
        Assert.NotSame(first.Array, pool.Take(20, 30).Array);
    }

    [Fact]
    public void BuffersThatCameBackDoNotHoldMemory()
    {
        var pool = new BufferPool();
        var seen = Fill(pool);
        for (int i = 0; i < 10 && seen.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(seen.IsAlive, "a returned buffer outlived a collection");
        Assert.Equal(600, pool.Take(30, 20).Array.Length);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Fill(BufferPool pool)
    {
        var view = pool.Take(30, 20);
        pool.Return(view.Array);
        return new WeakReference(view.Array);
    }
}
