using System.Text.Json;

namespace KernelFlow.Cli.Tests;

/// <summary><c>kernelflow sketch</c>: a run that analyses as one, and one message for what it cannot sketch.</summary>
public sealed class SketchCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ASketchedRunHasItsPartInEveryBudgetAndReport()
    {
        string run = SourceTree.PathOf("examples", "digits-tiny"), sketched = _folder.Of("sketched"), report = _folder.Of("report");
        var made = Cli.Run("sketch", run, "--columns", "512", "--seed", "4", "--out", sketched, "--backend", "managed", "--threads", "1");
        Assert.True(made.ExitCode == 0, made.ToString());
        var analyzed = Cli.Run("analyze", sketched, "--out", report, "--quiet", "--backend", "managed", "--threads", "1");
        Assert.True(analyzed.ExitCode == 0, analyzed.ToString());
        using var results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(report, "results.json")));
        var budget = results.RootElement.GetProperty("claims").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "C4").GetProperty("budget");
        Assert.InRange(budget.GetProperty("sketch").GetDouble(), 1e-3, 2);
        Assert.Contains("| sketch |", File.ReadAllText(Path.Combine(report, "report.md")));
        Assert.Contains(">sketch</th>", File.ReadAllText(Path.Combine(report, "report.html")));

        var again = Cli.Run("sketch", sketched, "--columns", "64", "--out", _folder.Of("twice"));
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("found sketched Jacobians, expected J_S and J_Q themselves", again.Error);
        Assert.False(File.Exists(Path.Combine(_folder.Of("twice"), "run.json")));
    }

    [Theory]
    [InlineData("15", "--columns: 15 is out of range; it must be at least 16.")]
    [InlineData("many", "--columns: many is not a whole number.")]
    public void ColumnsThatAreNone(string columns, string message)
    {
        var result = Cli.Run("sketch", SourceTree.PathOf("examples", "digits-tiny"), "--columns", columns, "--out", _folder.Of("x"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error);
    }
}
