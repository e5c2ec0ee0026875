using System.Text.Json;

namespace KernelFlow.Cli.Tests;

/// <summary><c>analyze --claims-only</c>: files, summary, exit codes, and what may not stand beside it.</summary>
public sealed class ClaimsOnlyTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Cli.Result Analyze(params string[] args) => Cli.Run(["analyze", .. args, "--backend", "managed", "--threads", "1"]);

    [Fact]
    public void TheReportHoldsTheClaimsAndCanBeReadAgain()
    {
        string report = _folder.Of("report"), again = _folder.Of("again"), both = _folder.Of("both"), whole = _folder.Of("whole");
        var result = Analyze(run.Folder, "--claims-only", "--out", report);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("Only C1 to C4 and the recording were computed", result.Error);
        Assert.DoesNotContain("Spectrum of W_S", result.Error);
        Assert.False(File.Exists(Path.Combine(report, "operators.safetensors")));
        Assert.Equal(0, Cli.Run("report", report, "--out", again, "--quiet").ExitCode);
        foreach (string file in (string[])["results.json", "report.html", "report.md", "tables/claims.csv", "tables/spectrum.csv"])
            Assert.Equal(File.ReadAllText(Path.Combine(report, file)), File.ReadAllText(Path.Combine(again, file)));
        Assert.Equal(0, Analyze(run.Folder, "--out", whole, "--quiet").ExitCode);
        result = Cli.Run("compare", report, whole, "--out", both);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("inclusion not computed", result.Error);
    }

    /// <summary>What was not computed is neither violated nor undecided; what was computed ends the process as it does in a whole analysis.</summary>
    [Fact]
    public void ExitCodesAreThoseOfWhatWasComputed()
    {
        var verdicts = new Dictionary<string, string>();
        foreach (string extent in (string[])["", "--claims-only"])
        {
            var result = Analyze([run.Folder, "--strict", "--json", "--quiet", .. extent == "" ? (string[])[] : [extent]]);
            using var json = JsonDocument.Parse(result.Out);
            var claims = json.RootElement.GetProperty("claims").EnumerateArray()
                .ToDictionary(c => c.GetProperty("id").GetString()!, c => c.GetProperty("verdict").GetString()!);
            if (extent == "") verdicts = claims;
            else
            {
                foreach (var (id, verdict) in claims) Assert.True(verdict == "NotComputed" || verdict == verdicts[id], $"{id}: {verdict}, {verdicts[id]}");
                int expected = claims.ContainsValue("Violated") ? 1 : claims.ContainsValue("Undecided") ? 4 : 0;
                Assert.Equal(expected, result.ExitCode);
                Assert.Equal(["C5", "C6", "C7", "C8", "C9", "C10", "C11", "C12", "C13", "C14"], claims.Where(c => c.Value == "NotComputed").Select(c => c.Key));
            }
        }
    }

    [Theory]
    [InlineData("--solver", "lanczos")]
    [InlineData("--modes", "3")]
    [InlineData("--threshold", "0.01")]
    [InlineData("--save-operators", null)]
    public void WhatAsksForOperatorsIsOneClearError(string option, string? value)
    {
        string folder = _folder.Of("out");
        var result = Analyze([run.Folder, "--claims-only", "--out", folder, option, .. value is null ? (string[])[] : [value]]);
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains($"--claims-only forms no operators, so that {option} cannot be had; leave out the one or the other.", result.Error);
        Assert.False(Directory.Exists(folder));
    }
}
