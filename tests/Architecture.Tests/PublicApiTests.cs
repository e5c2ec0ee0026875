using System.Reflection;
using System.Text;

namespace KernelFlow.Architecture.Tests;

/// <summary>The public face of every library, written down: a change of it shows in a review.</summary>
public sealed class PublicApiTests
{
    private static readonly string[] _libraries =
    [
        "KernelFlow.Files", "KernelFlow.Numerics", "KernelFlow.Recording", "KernelFlow.Results", "KernelFlow.Operators",
            "KernelFlow.Integrators", "KernelFlow.Spectral",
        "KernelFlow.Bridges", "KernelFlow.Bridges.TorchSharp", "KernelFlow.Bridges.DataAnalysis", "KernelFlow.Networks", "KernelFlow.Analysis",
        "KernelFlow.Reporting", "KernelFlow.Validation",
    ];

    public static TheoryData<string> Libraries() => [.. _libraries];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void ThePublicFaceIsTheCommittedOne(string assembly)
    {
        string found = PublicApi.Describe(Assembly.Load(assembly));
        string committed = Repository.PathOf("tests", "Architecture.Tests", "PublicApi", assembly + ".txt");
        string regenerated = Repository.PathOf("artifacts", "public-api", assembly + ".txt");
        Directory.CreateDirectory(Path.GetDirectoryName(regenerated)!);
        File.WriteAllText(regenerated, found);

        string expected = File.Exists(committed) ? File.ReadAllText(committed).ReplaceLineEndings("\n") : "";
        if (expected == found) return;
        string[] before = expected.Split('\n'), now = found.Split('\n');
        var message = new StringBuilder(
            $"The public API of {assembly} changed. If that is intended:\n  cp artifacts/public-api/{assembly}.txt tests/Architecture.Tests/PublicApi/\n");
        foreach (string line in before.Except(now)) message.Append($"- {line}\n");
        foreach (string line in now.Except(before)) message.Append($"+ {line}\n");
        Assert.Fail(message.ToString());
    }

    [Fact]
    public void WhatUsersMeetIsInTheRootNamespace()
    {
        string[] face = ["Analyze", "AnalysisOptions", "ReservoirAnalysis", "ReportFormat", "RecordedRun", "Checkpoint", "CheckpointSequence",
            "LossModel", "Recorder", "RecordingOptions", "InvalidRunException"];
        var all = _libraries.SelectMany(name => Assembly.Load(name).GetExportedTypes()).Where(t => t.Namespace == "KernelFlow").Select(t => t.Name).ToHashSet();
        Assert.Empty(face.Except(all));
    }
}
