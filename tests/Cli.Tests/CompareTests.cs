using System.Text.Json;

namespace KernelFlow.Cli.Tests;

public sealed class CompareTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Cli.Result Compare(params string[] args) => Cli.Run(["compare", .. args, "--backend", "managed", "--threads", "1"]);

    [Fact]
    public void DensitiesOfOneRunMakeAFolder()
    {
        string folder = _folder.Of("out");
        var result = Compare(run.Folder, "--every", "1", "--every", "2", "--out", folder);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(result.Out);
        Assert.Contains("run every 1: recording ", result.Error);
        Assert.Contains(", inclusion ", result.Error);
        Assert.Contains($"Comparison: {Path.Combine(folder, "compare.html")}", result.Error);
        Assert.Equal(ComparisonReports.Files.Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
                .Order(StringComparer.Ordinal));
        Assert.Equal(0, Compare(run.Folder, "--every", "1", "--every", "2", "--out", folder, "--quiet").ExitCode); // its own output is replaced
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "mine");
        var refused = Compare(run.Folder, "--every", "1", "--every", "2", "--out", folder);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("holds notes.txt, which this tool did not write", refused.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    public void WindowsAndReportsTogetherMakeJson(string culture)
    {
        string report = _folder.Of("report");
        Assert.Equal(0, Cli.Run("analyze", run.Folder, "--out", report, "--quiet", "--backend", "managed", "--threads", "1").ExitCode);
        var both = Cli.RunUnder(culture, "compare", run.Folder, report, "--json", "--quiet", "--backend", "managed", "--threads", "1");
        Assert.True(both.ExitCode == 0, both.ToString());
        var runs = JsonDocument.Parse(both.Out).RootElement.GetProperty("runs");
        Assert.Equal(["run", "report"], runs.EnumerateArray().Select(r => r.GetProperty("label").GetString()));
        Assert.Equal(runs[0].GetProperty("spectrum").GetRawText(), runs[1].GetProperty("spectrum").GetRawText());

        using var recorded = RecordedRun.Open(run.Folder);
        string middle = recorded.Checkpoints[4].Time.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        var windows = Cli.RunUnder(culture, "compare", run.Folder, "--window", $":{middle}", "--window", $"{middle}:", "--json", "--quiet", "--backend",
            "managed", "--threads", "1");
        Assert.True(windows.ExitCode == 0, windows.ToString());
        var parts = JsonDocument.Parse(windows.Out).RootElement.GetProperty("runs");
        Assert.Equal(recorded.Checkpoints[4].Time, parts[0].GetProperty("window").GetProperty("to").GetDouble());
        Assert.Equal(recorded.Checkpoints[4].Time, parts[1].GetProperty("window").GetProperty("from").GetDouble());
    }

    [Theory]
    [InlineData("--out FOLDER is missing", "x", "y")]
    [InlineData("Required argument missing", "--json")]
    [InlineData("--window: 1 is not a window", "x", "--json", "--window", "1")]
    [InlineData("--window: 1,5:2 is not a window", "x", "--json", "--window", "1,5:2")]
    [InlineData("--window: 2:1 ends before it begins", "x", "--json", "--window", "2:1")]
    [InlineData("--every: 0 is out of range; it must be at least 1.", "x", "--json", "--every", "0")]
    [InlineData("--every: x is not a whole number", "x", "--json", "--every", "x")]
    [InlineData("unknown option --from", "x", "y", "--json", "--from", "1")]
    [InlineData("nothing-here: folder not found", "nothing-here", "nor-here", "--json")]
    public void BadUsageExitsWithTwoAndSaysWhy(string message, params string[] args)
    {
        var result = Cli.Run(["compare", .. args]);
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(message, result.Error);
        Assert.Empty(result.Out);
    }

    [Fact]
    public void OneRunAloneIsRefusedAndATimeNamesItsRun()
    {
        Assert.Contains("There is only one thing to compare", Compare(run.Folder, "--json").Error);
        var late = Compare(run.Folder, "--window", ":1e9", "--window", ":", "--json");
        Assert.Equal(2, late.ExitCode);
        Assert.Contains($"{run.Folder}: --to: 1000000000 is not the time of a checkpoint; the nearest is ", late.Error);
    }
}
