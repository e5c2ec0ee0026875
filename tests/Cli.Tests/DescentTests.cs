using System.Text.Json;
using System.Text.Json.Nodes;
using KernelFlow.Numerics;

namespace KernelFlow.Cli.Tests;

public sealed class DescentTests : IDisposable
{
    private static readonly RecordingOptions s_small = new() { Train = 8, Test = 4, Layers = [LayerSpec.Dense(4)], Steps = 30, Checkpoints = 6 };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Record(RecordingOptions options)
    {
        string folder = _folder.Of("run");
        Recorder.Record(options, folder, Backend.Managed(1));
        return folder;
    }

    private static Cli.Result Analyze(params string[] args) => Cli.Run(["analyze", .. args, "--json", "--quiet", "--backend", "managed", "--threads", "1"]);

    /// <summary>Kernel blocks with the cross blocks left out.</summary>
    private string RecordBareBlocks()
    {
        string folder = _folder.Of("blocks");
        var run = Recorder.InMemory(s_small with { Kernels = true }, Backend.Managed(1));
        using var writer = RunWriter.Create(folder, new RunDescription(run.Loss, run.Test) { Optimizer = run.Optimizer });
        foreach (var c in run) writer.Append(c.Time, c.Step, c.Tensors.Values.Where(t => !t.Name.EndsWith("_next", StringComparison.Ordinal)));
        return folder;
    }

    private static void EditOptimizer(string folder, Action<JsonObject> edit)
    {
        string manifest = Path.Combine(folder, "run.json");
        var json = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
        edit(json);
        File.WriteAllText(manifest, json.ToJsonString());
    }

    [Fact]
    public void EveryStepIsAnalysedByDescentUnlessFlowIsAskedFor()
    {
        string run = Record(s_small with { Steps = 12, Schedule = CheckpointSchedule.EveryStep, Midpoints = true, LearningRate = 0.2 });
        JsonElement auto = Parse(Analyze(run)), descent = Parse(Analyze(run, "--mode", "descent")), flow = Parse(Analyze(run, "--mode", "flow"));
        Assert.Equal("descent", auto.GetProperty("options").GetProperty("mode").GetString());
        Assert.Equal("every step was recorded and the optimizer is gradient-descent", auto.GetProperty("options").GetProperty("modeReason").GetString());
        Assert.Equal("midpoint", auto.GetProperty("descent").GetProperty("quadrature").GetString());
        Assert.Equal(Numbers(auto), Numbers(descent));
        Assert.Equal("the mode is flow", flow.GetProperty("descentReason").GetString());
        Check.Small(C4(auto), C4(flow) / 100, "C4 in descent mode against a hundredth of the one in flow mode");
    }

    [Fact]
    public void SparseGradientDescentIsPossibleWhenAskedFor()
    {
        string run = Record(s_small);
        Assert.Equal("flow", Parse(Analyze(run)).GetProperty("options").GetProperty("mode").GetString());
        foreach (string interpolation in (string[])["linear", "cubic"])
        {
            var json = Parse(Analyze(run, "--mode", "descent", "--interpolation", interpolation));
            Assert.Equal("interpolated", json.GetProperty("descent").GetProperty("quadrature").GetString());
            Assert.Equal(JsonValueKind.Null, json.GetProperty("intervals")[0].GetProperty("transportDefect").ValueKind);
        }
    }

    [Theory]
    [InlineData("kernel blocks", "descent needs Jacobians or the cross blocks K_SS_next, K_QS_next and K_SQ_next")]
    [InlineData("momentum", "possible for gradient-descent only, and the optimizer of this run is momentum; record every step, or use flow")]
    [InlineData("sgd", "the optimizer of this run is sgd")]
    [InlineData("no optimizer", "the optimizer of this run is not known")]
    public void WhatHasNoRecursionIsRefusedWithTheReason(string what, string reason)
    {
        string run = what switch
        {
            "kernel blocks" => RecordBareBlocks(),
            "momentum" => Record(s_small with { Optimizer = OptimizerKind.Momentum }),
            "sgd" => Record(s_small with { Optimizer = OptimizerKind.Sgd, Batch = 4 }),
            _ => Record(s_small),
        };
        if (what == "no optimizer") EditOptimizer(run, json => json.Remove("optimizer"));
        var refused = Analyze(run, "--mode", "descent");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(reason, refused.Error);
        Assert.Empty(refused.Out);
        Assert.Equal(0, Analyze(run, "--mode", "flow").ExitCode);
        Assert.Equal(0, Analyze(run).ExitCode);
    }

    [Fact]
    public void CubicInterpolationOfKernelBlocksIsRefusedWithTheReason()
    {
        var refused = Analyze(RecordBareBlocks(), "--interpolation", "cubic");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("cubic needs Jacobians", refused.Error);
    }

    /// <summary>A learning rate 5% off in the manifest's times: --strict sees it.</summary>
    [Fact]
    public void AWrongLearningRateIsViolated()
    {
        string run = Record(s_small with { Steps = 12, Schedule = CheckpointSchedule.EveryStep, Midpoints = true, LearningRate = 0.2 });
        var sound = Parse(Analyze(run));
        Assert.DoesNotContain("Violated", sound.GetProperty("claims").EnumerateArray().Select(c => c.GetProperty("verdict").GetString()));
        EditOptimizer(run, json =>
        {
            foreach (var c in json["checkpoints"]!.AsArray()) c!["time"] = 1.05 * (double)c["time"]!;
        });
        var result = Analyze(run, "--strict");
        Assert.Equal(1, result.ExitCode);
        var violated = JsonDocument.Parse(result.Out).RootElement.GetProperty("claims").EnumerateArray()
            .Where(c => c.GetProperty("verdict").GetString() == "Violated").Select(c => c.GetProperty("id").GetString());
        // The recording contradicts itself step by step, so what C1 to C4 would say is said about the recording.
        Assert.Superset(new HashSet<string?>(["R2", "R5", "R6", "R7", "R8"]), violated.ToHashSet());
    }

    private static JsonElement Parse(Cli.Result result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonDocument.Parse(result.Out).RootElement;
    }

    private static string Numbers(JsonElement json) => json.GetProperty("claims").ToString() + json.GetProperty("spectrum") + json.GetProperty("descent");

    private static double C4(JsonElement json) => json.GetProperty("claims").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "C4")
        .GetProperty("relativeError").GetDouble();
}
