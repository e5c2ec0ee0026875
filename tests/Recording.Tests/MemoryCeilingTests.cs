namespace KernelFlow.Recording.Tests;

/// <summary>Amounts of memory as text, and the account of what is held of one.</summary>
public sealed class MemoryCeilingTests
{
    [Theory]
    [InlineData("8G", 8L << 30)]
    [InlineData("512M", 512L << 20)]
    [InlineData(" 1.5g ", 3L << 29)]
    [InlineData("64KiB", 64L << 10)]
    [InlineData("2TB", 2L << 40)]
    [InlineData("1000", 1000L)]
    public void AmountsAreUnderstood(string text, long bytes) => Assert.Equal(bytes, MemoryCeiling.Parse(text).Bytes);

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("0")]
    [InlineData("0.1")]
    [InlineData("-1G")]
    [InlineData("8 apples")]
    [InlineData("8,5G")]
    [InlineData("1e3")]
    [InlineData("99999999999T")]
    public void OthersAreRefused(string text)
    {
        var error = Assert.Throws<FormatException>(() => MemoryCeiling.Parse(text));
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextIsWhatIsParsed()
    {
        foreach (string text in (string[])["8G", "512M", "1.5G", "3K", "17"]) Assert.Equal(text, MemoryCeiling.Parse(text).ToString());
        Assert.Equal("none", MemoryCeiling.None.ToString());
    }

    [Fact]
    public void TheAccountCountsWhatIsHeld()
    {
        var account = new MemoryAccount(new MemoryCeiling(100));
        Assert.True(account.TryTake(60));
        Assert.False(account.TryTake(41));
        Assert.False(account.TryTake(30, leave: 11));
        Assert.Equal((60, 40), (account.Held, account.Free));
        account.Take(50);
        Assert.Equal((110, 0), (account.Held, account.Free));
        account.Return(60);
        Assert.Equal((50, 50, 110), (account.Held, account.Free, account.Largest));
    }
}
