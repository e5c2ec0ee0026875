using KernelFlow.Analysis.Budgets;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Tests.Budgets;

/// <summary>Independent models are carried by as many threads as there are, each once.</summary>
public class VariantThreadsTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void EveryPieceIsDoneOnce(int threads, bool taken)
    {
        var budget = new ThreadBudget(threads);
        var done = new int[100];
        new VariantThreads(threads, taken ? budget : null).Run(done.Length, i => Interlocked.Increment(ref done[i]), default);
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
}
