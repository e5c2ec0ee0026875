namespace KernelFlow.Numerics.Tests;

public sealed class RankCorrelationTests
{
    /// <summary>A textbook example with a tie, opposite orders, and lists without an order.</summary>
    [Fact]
    public void EqualNumbersShareTheirRanks()
    {
        Check.Close(RankCorrelation.Of([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), 0.8207826816681233, 1e-14, "rank correlation");
        Check.Close(RankCorrelation.Of([1, 10, 100], [3, 2, -50]), -1, 1e-14, "rank correlation of opposite orders");
        Check.Close(RankCorrelation.Of([1, 2, 30], [9, 7, 7.1]), -0.5, 1e-14, "rank correlation of ranks 3, 1, 2");
        Assert.Null(RankCorrelation.Of([1, 2, 3], [4, 4, 4]));
    }
}
