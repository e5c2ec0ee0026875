namespace KernelFlow.Numerics.Tests;

/// <summary>One seed of the user's for everything random.</summary>
public sealed class SeedsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20260501)]
    public void WithSeedZeroEveryPurposeKeepsItsOwnNumbers(int purpose) => Assert.Equal(purpose, Seeds.From(purpose, 0));

    [Fact]
    public void NoTwoSeedsAndNoTwoPurposesDrawTheSame()
    {
        int[] purposes = [0, 1, 20260501, 20260502, 20260503];
        int[] seeds = [.. Enumerable.Range(-200, 401).SelectMany(seed => purposes.Select(purpose => Seeds.From(purpose, seed)))];
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
    }

    [Fact]
    public void OneSeedAlwaysGivesTheSameNumbers() => Assert.Equal(Seeds.Generator(7, 3).Next(), Seeds.Generator(7, 3).Next());
}
