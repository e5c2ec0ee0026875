using KernelFlow.Hardening.Studies;
using KernelFlow.Numerics;
using Xunit.Abstractions;

namespace KernelFlow.Hardening.Tests;

/// <summary>Analyses in one process, in turn and at once: the beginning of what <c>hardening soak</c> carries out in full.</summary>
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private readonly WorkFolder _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void EightThreadsAtOnceGiveOneResult()
    {
        string run = _work.Of("run");
        Recorder.Record(new RecordingOptions { Train = 6, Test = 4, Layers = [LayerSpec.Dense(3)], Steps = 60, Checkpoints = 6 }, run,
            Backend.Resolve("managed", threads: 1));
        var findings = new Findings(TextWriter.Null);
        SoakCommand.AtOnce(run, _work, each: 1, findings);
        output.WriteLine(findings.Summary("at once"));
        Assert.True(findings.Defects.Count == 0, string.Join("\n", findings.Defects));
    }
}
