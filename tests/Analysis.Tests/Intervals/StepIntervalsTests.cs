using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests.Intervals;

/// <summary>Operators of recorded steps that were composed of intervals beside the recursion in one piece, which knows nothing of composition.</summary>
public sealed class StepIntervalsTests : IDisposable
{
    private static readonly string[] s_data = ["C1", "C2", "C3", "C4"];
    private static readonly RecordingOptions s_steps = SmallNetworks.EveryStep with { Steps = 24 };
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-steps-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CheckpointSequence Named(string name) => SmallNetworks.Record(name switch
    {
        "every step" => s_steps,
        "weight decay" => s_steps with { WeightDecay = 0.3 },
        "batches" => s_steps with { Optimizer = OptimizerKind.Sgd, Batch = 5 },
        "kernel blocks" => s_steps with { Kernels = true },
        "sparse" => s_steps with { Steps = 60, LearningRate = 0.2, Schedule = CheckpointSchedule.Uniform, Checkpoints = 12, Midpoints = false },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    });

    private static readonly AnalysisOptions s_descent = TestRuns.Options with { Mode = AnalysisMode.Descent };

    [Theory]
    [InlineData("every step")]
    [InlineData("weight decay")]
    [InlineData("batches")]
    [InlineData("kernel blocks")]
    [InlineData("sparse")]
    public void ComposedStepsAreTheRecursion(string name)
    {
        var run = Named(name);
        var whole = Analyze.Reservoir(run, s_descent);
        var apart = Analyze.Reservoir(run, s_descent with { ByInterval = true });
        foreach (var ((operators, a), (_, b)) in TestRuns.Named(apart.Operators.Value).Zip(TestRuns.Named(whole.Operators.Value)))
            Check.Small(TestRuns.Relative(a, b), 1e-12, $"{name}: {operators} composed against the recursion");
        foreach (string id in s_data)
        {
            Check.Small(Math.Abs(apart.Claim(id).RelativeError.Value - whole.Claim(id).RelativeError.Value), 1e-12, $"{name}: error of {id}");
            Check.Close(apart.Claim(id).Budget!.Sum!.Value, whole.Claim(id).Budget!.Sum!.Value, 1e-6, $"{name}: budget {id}");
        }
        Check.Close(apart.Inclusion.Structural.WorstRatio, whole.Inclusion.Structural.WorstRatio, 1e-6, $"{name}: worst ratio of the inclusion");
        Check.Close(apart.Descent!.LargestZ, whole.Descent!.LargestZ, 1e-6, $"{name}: z");
        Assert.Equal(whole.Claims.Select(c => (c.Id, c.Verdict)), apart.Claims.Select(c => (c.Id, c.Verdict)));
        Assert.Contains($"composed of {run.Count - 1} intervals, in one piece by the recursion of vectors", apart.Claim("C10").Reason);
    }

    /// <summary>Decay is composed affinely: windows, whatever their start, predict as the recursion over their own steps does, which carries the
    /// decay.</summary>
    [Fact]
    public void WindowsWithWeightDecay()
    {
        var run = Named("weight decay");
        double[] t = [.. run.Select(c => c.Time)];
        TimeWindow[] windows = [new(t[0], t[9]), new(t[9], t[^1]), new(t[4], t[20]), new(t[0], t[^1])];
        var found = Analyze.Reservoir(run, s_descent with { Windows = windows });
        foreach (var w in found.Windows)
        {
            var alone = Analyze.Reservoir(run, s_descent with { From = w.From, To = w.To });
            Assert.True(alone.Claim("C3").RelativeError.Value < 1e-3, "the decay is in the recursion");
            foreach (var (id, judged) in s_data.Zip(w.Claims))
            {
                var expected = alone.Claim(id);
                Assert.Equal((id, expected.Verdict), (judged.Id, judged.Verdict));
                Check.Small(Math.Abs(judged.RelativeError.Value - expected.RelativeError.Value), 1e-12, $"{id} of {w.From} to {w.To}");
                Check.Close(judged.Budget!.Sum!.Value, expected.Budget!.Sum!.Value, 0.5, $"budget of {id} of {w.From} to {w.To}");
            }
        }
    }

    /// <summary>Without the affine part the prediction is off by what the decay does, and C3 shows it.</summary>
    [Fact]
    public void WithoutTheAffinePartTheDecayIsMissing()
    {
        var run = Named("weight decay");
        var undecayed = new CheckpointSequence(run, run.Loss) { Optimizer = new GradientDescent(run.Optimizer!.LearningRate) };
        var found = Analyze.Reservoir(undecayed, s_descent with { ByInterval = true });
        Assert.True(found.Claim("C3").RelativeError.Value > 0.01, $"C3 without the decay: found {found.Claim("C3").RelativeError.Value}");
    }

    /// <summary>One checkpoint more is one interval more in the cache, and the rest is read.</summary>
    [Fact]
    public void ACheckpointMoreCostsOneIntervalOfSteps()
    {
        string recorded = Path.Combine(_folder, "run"), cache = Path.Combine(_folder, "cache");
        Recorder.Record(s_steps with { WeightDecay = 0.3 }, recorded, TestRuns.Managed);
        using var opened = RecordedRun.Open(recorded);
        var run = opened.Checkpoints;
        var options = s_descent with { To = run[^2].Time };
        Analyze.Reservoir(run, options with { Cache = AnalysisCache.Open(cache) });
        int Entries() => Directory.GetFiles(cache, "step-*").Length;
        Assert.Equal(run.Count - 2, Entries());
        var longer = Analyze.Reservoir(run, s_descent with { Cache = AnalysisCache.Open(cache) });
        Assert.Equal(run.Count - 1, Entries());
        var alone = Analyze.Reservoir(run, s_descent with { ByInterval = true });
        foreach (var ((name, a), (_, b)) in TestRuns.Named(longer.Operators.Value).Zip(TestRuns.Named(alone.Operators.Value)))
            Check.Small(TestRuns.Relative(a, b), 1e-13, $"{name} appended against composed as a whole");
        foreach (string id in s_data)
            Check.Small(Math.Abs(longer.Claim(id).RelativeError.Value - alone.Claim(id).RelativeError.Value), 1e-13, $"{id} with the decay from the cache");
    }
}
