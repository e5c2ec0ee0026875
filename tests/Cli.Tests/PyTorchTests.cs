using System.Text.Json;

namespace KernelFlow.Cli.Tests;

/// <summary>What examples/pytorch/kernelflow_record.py recorded in one process of Python: small trainings, and what it said where it refused.</summary>
public sealed class PyTorchRecordings : IDisposable
{
    private readonly TempFolder _folder = new();

    public PyTorchRecordings()
    {
        if (SystemPython.WhyNot is not null) return;
        using var process = SystemPython.Start(Script, Recorder, _folder.Path);
        var output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{Script} ended with {process.ExitCode}\n{output.Result}\n{error}");
        Results = JsonDocument.Parse(File.ReadAllBytes(_folder.Of("results.json"))).RootElement;
    }

    public static string Script => SourceTree.PathOf("tests", "Cli.Tests", "pytorch_trainings.py");

    public static string Recorder => SourceTree.PathOf("examples", "pytorch", "kernelflow_record.py");

    public JsonElement Results { get; }

    public string Run(string name) => _folder.Of(name);

    public void Dispose() => _folder.Dispose();
}

/// <summary>The recorder for PyTorch: its Jacobians are those of autograd, its runs are consistent and its steps are the ones that were taken.</summary>
public sealed class PyTorchTests(PyTorchRecordings recordings) : IClassFixture<PyTorchRecordings>
{
    private static JsonElement Analyze(string run, params string[] more)
    {
        var result = Cli.Run(["analyze", run, "--json", "--quiet", "--backend", "managed", "--threads", "1", .. more]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonDocument.Parse(result.Out).RootElement;
    }

    private static JsonElement Claim(JsonElement analysis, string id) =>
        analysis.GetProperty("claims").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id);

    /// <summary>Every step with its midpoint: nothing contradicts itself, and the recursion of the manifest's optimizer predicts the test outputs. A ReLU
    /// that switches between the two checkpoints of a step is beyond any quadrature: there the claim's own budget is the measure.</summary>
    [TorchTheory]
    [InlineData("tanh", 1e-5)]
    [InlineData("relu", 1)]
    [InlineData("conv", 1e-5)]
    [InlineData("softmax", 1e-5)]
    [InlineData("momentum", 1e-5)]
    [InlineData("nesterov", 1e-5)]
    [InlineData("adam", 1e-5)]
    [InlineData("adamw", 1e-5)]
    [InlineData("batches", 1e-5)]
    [InlineData("kernels", 1e-5)]
    public void EveryStepWithMidpointsIsExplained(string name, double largest)
    {
        var analysis = Analyze(recordings.Run(name), "--strict");
        Assert.Equal("descent", analysis.GetProperty("options").GetProperty("mode").GetString());
        var c4 = Claim(analysis, "C4");
        Assert.True(c4.GetProperty("verdict").GetString() == "Holds", $"{name}: {c4}");
        Check.Small(c4.GetProperty("relativeError").GetDouble(), largest, $"{name}: C4");
        foreach (var claim in analysis.GetProperty("claims").EnumerateArray().Where(c => c.GetProperty("id").GetString()![0] == 'R'))
            Assert.True(claim.GetProperty("verdict").GetString() is "Holds" or "NotApplicable", $"{name}: {claim}");
    }

    /// <summary>Sparse checkpoints, at steps fixed before or chosen while training, are analysed as a flow.</summary>
    [TorchTheory]
    [InlineData("geometric")]
    [InlineData("adaptive")]
    public void SparseCheckpointsAreAFlow(string name)
    {
        var analysis = Analyze(recordings.Run(name), "--strict");
        Assert.Equal("flow", analysis.GetProperty("options").GetProperty("mode").GetString());
        Assert.Equal("Holds", Claim(analysis, "C4").GetProperty("verdict").GetString());
    }

    [TorchFact]
    public void TheAdaptiveRuleAndWhatFiredAreWritten()
    {
        var facts = recordings.Results.GetProperty("facts");
        int checkpoints = facts.GetProperty("adaptive checkpoints").GetInt32(), fired = facts.GetProperty("adaptive fired").GetInt32();
        // All but the first and the last were chosen.
        Assert.True(fired == checkpoints - 2 && checkpoints is > 4 and < 40, $"{checkpoints} checkpoints of 61 steps, {fired} fired");
        var metadata = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(recordings.Run("adaptive"), "run.json"))).RootElement.GetProperty("metadata");
        Assert.StartsWith("adaptive: linearity > 0.02, gradient > 0.1, kernel > 0.05", metadata.GetProperty("schedule").GetString());
        Assert.Matches(@"^(step \d+: (linearity|gradient|kernel) [\d.e-]+ > [\d.]+(; )?)+$", metadata.GetProperty("fired").GetString());
    }

    /// <summary>Dense, convolution with stride and padding, GELU, LayerNorm, embedding, a weight used twice and one used elsewhere: in both types, by both
    /// strategies, in chunks.</summary>
    [TorchFact]
    public void JacobiansAreThoseOfAutogradRowByRow()
    {
        var errors = recordings.Results.GetProperty("errors").EnumerateObject().ToArray();
        Assert.Equal(27, errors.Length);
        foreach (var error in errors)
        {
            double limit = error.Value[0].GetInt32() == 64 ? 1e-12 : 1e-5;
            Check.Small(error.Value[1].GetDouble(), limit, error.Name);
        }
        string strategy = recordings.Results.GetProperty("facts").GetProperty("strategy").GetString()!;
        Assert.Contains("mix: hooks", strategy);
        Assert.Contains("twice: it is called 2 times", strategy);
        Assert.Contains("embed: hooks were wrong on two samples", strategy);
    }

    [TorchFact]
    public void NothingIsComputedBetweenCheckpoints()
    {
        var facts = recordings.Results.GetProperty("facts");
        Assert.Equal((0, 0, 0), (Operations(1), Operations(2), Operations(4)));
        Assert.True(Operations(0) > 0 && Operations(3) > 0, facts.ToString());
        Assert.Equal(0, facts.GetProperty("hooks left").GetInt32());

        int Operations(int step) => facts.GetProperty($"operations in step {step}").GetInt32();
    }

    [TorchTheory]
    [InlineData("batch-norm", "BatchNorm in training mode", "call eval()")]
    [InlineData("dropout", "dropout is active", "set its p to 0")]
    [InlineData("random-forward", "a forward pass that is repeated differs", "allow=['random-forward']")]
    [InlineData("dependent-samples", "outputs depend on other samples", "allow=['dependent-samples']")]
    [InlineData("called-twice", "hooks would be wrong", "strategy='auto'")]
    [InlineData("used-elsewhere", "layer: hooks would be silently wrong", "its parameters are used elsewhere")]
    [InlineData("memory", "memory: recording needs", "found 0.001 MB")]
    [InlineData("half", "found torch.bfloat16", "expected all float32 or all float64")]
    [InlineData("maximize", "the optimizer maximizes", "negative loss")]
    [InlineData("loss", "neither a sum nor a mean over the examples", "one example only")]
    [InlineData("other-parameters", "moves 1 parameters that the model does not have", "would miss them")]
    [InlineData("midpoints", "recordings of every step", "schedule=1")]
    [InlineData("earlier", "holds an earlier recording", "overwrite=True")]
    public void WhatCannotBeRecordedRightlyIsRefusedWithTheReason(string name, string reason, string advice)
    {
        string message = recordings.Results.GetProperty("refusals").GetProperty(name).GetString()!;
        Assert.Contains(reason, message);
        Assert.Contains(advice, message);
        Assert.DoesNotContain("AND LEFT A FOLDER", message);
    }

    /// <summary>Recorded all the same, it is declared, and the claims against data say so.</summary>
    [TorchTheory]
    [InlineData("declared", "dropout")]
    [InlineData("part", "subset-of-training-examples")]
    public void WhatLiesOutsideTheTheoryIsDeclared(string name, string declared)
    {
        var c4 = Claim(Analyze(recordings.Run(name)), "C4");
        Assert.Equal("NotApplicable", c4.GetProperty("verdict").GetString());
        Assert.Contains(declared, c4.ToString());
    }

    /// <summary>Killed while it records: all completed checkpoints open, with the sums that the manifest states.</summary>
    [TorchTheory]
    [InlineData("jacobians", 5)]
    [InlineData("kernels", 12)]
    public void AKilledRecordingOpens(string store, int steps)
    {
        using var folder = new TempFolder();
        using var process = SystemPython.Start(PyTorchRecordings.Script, PyTorchRecordings.Recorder, folder.Of("run"), store);
        for (int i = 0; i < steps; i++) Assert.NotNull(process.StandardOutput.ReadLine());
        process.Kill();
        process.WaitForExit();
        var result = Cli.Run("inspect", folder.Of("run"), "--verify");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("every file is the one that was recorded", result.Out);
    }
}
