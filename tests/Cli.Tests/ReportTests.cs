namespace KernelFlow.Cli.Tests;

public sealed class ReportTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Analyzed()
    {
        string report = _folder.Of("report");
        var analyzed = Cli.Run("analyze", run.Folder, "--out", report, "--quiet", "--backend", "managed", "--threads", "1");
        Assert.True(analyzed.ExitCode == 0, analyzed.ToString());
        return report;
    }

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    public void TheReportIsTheSameBytes(string culture)
    {
        string report = Analyzed(), again = _folder.Of("again");
        var result = Cli.RunUnder(culture, "report", Path.Combine(report, "results.json"), "--out", again);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(result.Out);
        Assert.Contains("Inclusion ker W_S ⊆ ker G_Q?", result.Error);
        Assert.Contains($"Report: {Path.Combine(again, "report.html")}", result.Error);
        string[] files = [.. Directory.EnumerateFiles(report, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(report, f))
            .Order(StringComparer.Ordinal)];
        Check.AtLeast(files.Length, 21, "files: " + string.Join(' ', files));
        Assert.Equal(files, Directory.EnumerateFiles(again, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(again, f))
            .Order(StringComparer.Ordinal));
        foreach (string file in files) Assert.True(File.ReadAllBytes(Path.Combine(report, file)).SequenceEqual(File.ReadAllBytes(Path.Combine(again, file))),
            $"{file} differs");

        // A folder stands for the results.json in it, and output of the tool is replaced, in its own folder too.
        Assert.Equal(0, Cli.Run("report", report, "--out", again, "--quiet").ExitCode);
        Assert.Equal(0, Cli.Run("report", report, "--out", report, "--quiet").ExitCode);
    }

    [Fact]
    public void AForeignFolderIsRefused()
    {
        string report = Analyzed(), again = _folder.Of("again");
        Directory.CreateDirectory(again);
        File.WriteAllText(Path.Combine(again, "notes.txt"), "mine");
        var refused = Cli.Run("report", report, "--out", again);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("holds notes.txt, which this tool did not write", refused.Error);
        Assert.Equal(0, Cli.Run("report", report, "--out", again, "--overwrite", "--quiet").ExitCode);
        Assert.True(File.Exists(Path.Combine(again, "notes.txt")));
    }

    [Theory]
    [InlineData("results.json: file not found", null, null)]
    [InlineData("\"format\" is not kernel-flow-results", "\"kernel-flow-results\"", "\"another\"")]
    [InlineData("version 7 of the results, expected 1; a newer kernelflow wrote it", "\"version\": 1", "\"version\": 7")]
    [InlineData("not valid JSON", "\"claims\"", "claims")]
    [InlineData("run.train is \"12\", expected a whole number", "\"train\": 12", "\"train\": \"12\"")]
    [InlineData("window is missing", "\"window\"", "\"door\"")]
    public void ResultsThatAreNotSoundExitWithTwo(string message, string? old, string? now)
    {
        string report = Analyzed(), path = Path.Combine(report, "results.json"), text = File.ReadAllText(path);
        if (old is null) File.Delete(path);
        else
        {
            Assert.Contains(old, text);
            File.WriteAllText(path, text.Replace(old, now, StringComparison.Ordinal));
        }
        string again = _folder.Of("again");
        var result = Cli.Run("report", report, "--out", again);
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(message, result.Error);
        Assert.Contains(path, result.Error);
        Assert.False(Directory.Exists(again), "the folder was made");
    }

    [Theory]
    [InlineData("--out", "report", "x")]
    [InlineData("Required argument missing", "report", "--out", "y")]
    [InlineData("--quiet and --verbose exclude each other", "report", "x", "--out", "y", "--quiet", "--verbose")]
    public void BadUsageExitsWithTwoAndSaysWhy(string message, params string[] args)
    {
        var result = Cli.Run(args);
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(message, result.Error);
    }
}
