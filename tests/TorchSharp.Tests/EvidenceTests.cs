using KernelFlow.TorchSharpRuns;

namespace KernelFlow.Recording.Tests;

/// <summary>Short versions of benchmarks/TorchSharpRuns.</summary>
public sealed class EvidenceTests
{
    private static void Holds(Acceptance.Row row) => Assert.True(row.Holds, row.Name + ": " + string.Join(", ", row.Limits));

    [TorchFact]
    public void AFlowBetweenCheckpointsPredictsTheTestOutputs() => Holds(Acceptance.Parity(steps: 800, checkpoints: 20));

    [TorchFact]
    public void StepsWithMidpointsAreExact() => Holds(Acceptance.Steps(steps: 60));

    [TorchFact]
    public void StepsOfAdamAreExact() => Holds(Acceptance.Adam(steps: 60));

    [TorchFact]
    public void StepsOfMomentumAreExact() => Holds(Acceptance.Momentum(steps: 60));

    [TorchFact]
    public void AKilledRecordingOpensWithEveryCheckpointThatWasComplete()
    {
        using var text = new StringWriter();
        Assert.True(Kills.Run(3, seed: 2, text) == 0, text.ToString());
    }

    [PyTorchFact]
    public void PyTorchRecordsTheSameNumbers()
    {
        var rows = PyTorchTwin.Compare(SourceTree.PathOf("examples", "pytorch", "kernelflow_record.py"), steps: 12).ToList();
        Assert.Equal(6, rows.Select(r => r.Name).Distinct().Count());
        foreach (var row in rows) Check.Small(row.Difference, PyTorchTwin.Limit, $"{row.Name}, {row.Mode}: {row.Quantity}");
    }
}

/// <summary>A test that also runs PyTorch.</summary>
public sealed class PyTorchFactAttribute : TorchFactAttribute
{
    public PyTorchFactAttribute() => Skip ??= PyTorchTwin.Missing;
}
