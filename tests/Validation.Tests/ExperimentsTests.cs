namespace KernelFlow.Validation.Tests;

/// <summary>What the command and the reports take for granted of every experiment.</summary>
public sealed class ExperimentsTests
{
    [Fact]
    public void IdsMakeFoldersAndAreUnique()
    {
        Assert.All(Experiments.All, e => Assert.Matches("^[a-z][a-z0-9-]*$", e.Id));
        Assert.Equal(Experiments.All.Count, Experiments.All.Select(e => e.Id).Distinct().Count());
        foreach (var e in Experiments.All)
            foreach (string text in (string[])[e.Title, e.Claim, e.Refutation]) Assert.False(string.IsNullOrWhiteSpace(text), $"a text of {e.Id} is empty");
    }
}
