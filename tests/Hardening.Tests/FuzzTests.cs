using KernelFlow.Hardening.Fuzzing;
using KernelFlow.Hardening.Studies;
using Xunit.Abstractions;

namespace KernelFlow.Hardening.Tests;

/// <summary>Spoilt files for every reader: the beginning of the study that <c>hardening fuzz</c> carries out in full.</summary>
public sealed class FuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly WorkFolder _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("safetensors", 2500, 300)]
    [InlineData("checkpoint", 600, 60)]
    [InlineData("factors", 600, 60)]
    [InlineData("run.json", 1500, 120)]
    [InlineData("results.json", 600, 40)]
    [InlineData("npz", 2000, 200)]
    [InlineData("npy", 3000, 200)]
    [InlineData("pt", 2000, 200)]
    [InlineData("pt-legacy", 3000, 200)]
    [InlineData("dat", 3000, 300)]
    [InlineData("shards", 2000, 100)]
    public void SpoiltFilesAreReadRightOrRefusedInOneLine(string name, int count, int accepted)
    {
        var reader = FuzzCommand.Of(name, name is "checkpoint" or "factors" ? _work.Of("run") : _work.Path);
        var findings = new Findings(TextWriter.Null);
        FuzzStudy.Run(reader, seed: 1, first: 0, count, findings);
        string summary = findings.Summary(name);
        output.WriteLine(summary);
        Assert.True(findings.Defects.Count == 0, $"{summary}\n{string.Join("\n", findings.Defects.Take(20))}");
        // A study in which everything is refused would say nothing about what is read.
        Assert.True(findings.Counts.GetValueOrDefault("accepted") > accepted, summary);
    }
}
