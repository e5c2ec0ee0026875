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
    [InlineData("tanh", 1e-4)]
    [InlineData("relu", 1)]
    [InlineData("conv", 1e-4)]
    [InlineData("softmax", 1e-4)]
    [InlineData("momentum", 1e-4)]
    [InlineData("nesterov", 1e-4)]
    [InlineData("adam", 1e-4)]
    [InlineData("adamw", 1e-4)]
    [InlineData("batches", 1e-4)]
    [InlineData("kernels", 1e-4)]
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

    /// <summary>One training, stored as Jacobians, as factors and as kernel blocks: the same eigenvalues and the same predictions, to rounding.</summary>
    [TorchTheory]
    [InlineData("softmax", "softmax-factors")]
    [InlineData("softmax", "kernels")]
    [InlineData("conv", "conv-factors")]
    [InlineData("conv", "conv-kernels")]
    [InlineData("adam", "adam-factors")]
    public void WhatIsStoredMakesNoDifference(string plain, string other)
    {
        JsonElement one = Analyze(recordings.Run(plain)), two = Analyze(recordings.Run(other));
        foreach (var (part, list) in ((string, string)[])[("spectrum", "eigenvalues"), ("displacements", "predictedTest"), ("displacements", "predictedTrain")])
        {
            double[] a = Numbers(one), b = Numbers(two);
            Assert.Equal(a.Length, b.Length);
            double distance = Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / a.Sum(x => x * x));
            Check.Small(distance, 1e-12, $"{plain} and {other}: {list}");

            double[] Numbers(JsonElement analysis) => [.. analysis.GetProperty(part).GetProperty(list).EnumerateArray().Select(v => v.GetDouble())];
        }
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

    /// <summary>The recorders in Python and in C# have one rule: text, probes and vectors.</summary>
    [TorchFact]
    public void TheAdaptiveRuleIsThatOfTheOtherRecorders()
    {
        var facts = recordings.Results.GetProperty("facts");
        var schedule = new AdaptiveSchedule { Probes = 16, Vectors = 3 };
        Assert.Equal(new AdaptiveSchedule().ToString(), facts.GetProperty("default rule").GetString());
        Assert.Equal(((int[])[1, 2, 16, 23, 1001]).Select(schedule.ProbeExamples),
                     facts.GetProperty("probe examples").EnumerateArray().Select(list => list.EnumerateArray().Select(i => i.GetInt32()).ToArray()));
        Assert.Equal(schedule.ProbeVectors(50), facts.GetProperty("probe vectors").EnumerateArray().Select(v => v.GetDouble()));
    }

    /// <summary>Dense, convolution with stride and padding, GELU, LayerNorm, embedding, a weight used twice and one used elsewhere: in both types, by both
    /// strategies, in chunks.</summary>
    [TorchFact]
    public void JacobiansAreThoseOfAutogradRowByRow()
    {
        var errors = recordings.Results.GetProperty("errors").EnumerateObject().ToArray();
        Assert.Equal(28, errors.Length);
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

    /// <summary>Parameters, running means, counters, gradients and the state of the random numbers, bit by bit.</summary>
    [TorchTheory]
    [InlineData("batch-norm")]
    [InlineData("instance-norm")]
    public void RecordingChangesNothingOfTheModel(string name) =>
        Assert.Equal(0, recordings.Results.GetProperty("facts").GetProperty($"changed by recording {name}").GetInt32());

    /// <summary>The model on a device without values: an operation that mixed it with the CPU would have failed, and everything comes out there.</summary>
    [TorchTheory]
    [InlineData("dense")]
    [InlineData("conv")]
    [InlineData("residual")]
    [InlineData("rows")]
    public void EverythingIsComputedOnTheDeviceOfTheModel(string name) =>
        Assert.Equal(["meta"], recordings.Results.GetProperty("facts").GetProperty($"devices of {name}").EnumerateArray().Select(d => d.GetString()));

    /// <summary>The lines of docs/recording-pytorch.md were run as they stand there: their run is analysed.</summary>
    [TorchFact]
    public void TheExampleOfThePageWorks()
    {
        var c4 = Claim(Analyze(recordings.Run(Path.Combine("runs", "mine"))), "C4");
        Assert.Equal("Holds", c4.GetProperty("verdict").GetString());
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
    [InlineData("modes", "dropout is active", "call eval()")]
    [InlineData("autocast", "outputs of torch.bfloat16 with parameters of torch.float64", "expected the same type")]
    [InlineData("detached", "do not depend on the parameters", "as far as autograd sees")]
    [InlineData("parallel", "found DataParallel", "give the recorder its .module")]
    [InlineData("compiled", "found a compiled one", "the module that was compiled")]
    [InlineData("no-autograd", "torch.autograd.grad of its outputs failed", "no derivative here")]
    [InlineData("examples", "train_examples: expected different numbers from 0 to 7", "or a mask")]
    [InlineData("rule every", "Adaptive: every: found 0", "at least 1")]
    [InlineData("rule max_checkpoints", "Adaptive: max_checkpoints: found 1", "at least 2")]
    [InlineData("rule linearity", "Adaptive: linearity: found 0", "a number above 0, or None")]
    [InlineData("rule max_seconds", "Adaptive: max_seconds: found nan", "a number above 0, or None")]
    [InlineData("rule probes", "Adaptive: probes: found 1.5", "a whole number of at least 1")]
    [InlineData("gradient-hooks", "a parameter has a gradient hook", "remove it")]
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
