using KernelFlow.Analysis.Consistency;
using KernelFlow.Analysis.Tests.Support;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>R5 to R10: single intervals against predictions from their recorded states. What is honest holds, and what is wrong is violated on the side and at
/// the place where it is wrong.</summary>
public sealed class IntervalClaimTests(ITestOutputHelper output)
{
    private static readonly string[] s_claims = ["R5", "R6", "R7", "R8", "R9", "R10"];

    private static readonly RecordingOptions s_sparse = new()
    {
        Train = 20, Test = 12, Noise = 0.2, Layers = [LayerSpec.Dense(12)], Steps = 600, Checkpoints = 24, DType = StorageType.Float64,
    };

    private static readonly RecordingOptions s_steps = SmallNetworks.EveryStep with { Train = 8, Steps = 30, Midpoints = false };

    private static RecordingOptions Options(string kind) => kind switch
    {
        "sparse" => s_sparse,
        "sparse, float32" => s_sparse with { DType = StorageType.Float32, Activation = ActivationKind.Gelu },
        "sparse softmax" => s_sparse with { Loss = LossKind.SoftmaxCrossEntropy, Outputs = 3, Train = 8, Test = 4, LearningRate = 0.2 },
        "midpoints" => s_steps with { Midpoints = true },
        "kernel blocks with midpoints" => s_steps with { Midpoints = true, Kernels = true },
        "steps" => s_steps,
        "momentum" => s_steps with { Optimizer = OptimizerKind.Momentum, LearningRate = 0.1 },
        "momentum with midpoints" => s_steps with { Optimizer = OptimizerKind.Momentum, LearningRate = 0.1, Midpoints = true },
        "adam" => s_steps with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01 },
        "adam with midpoints" => s_steps with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01, Midpoints = true },
        _ => throw new ArgumentException(kind),
    };

    private ReservoirAnalysis Analyse(string name, CheckpointSequence run)
    {
        var a = Analyze.Reservoir(run, TestRuns.Options with { Mode = AnalysisMode.Auto });
        foreach (var c in s_claims.Select(a.Claim)) output.WriteLine($"{name}: {c.Id} {c.Verdict} {c.Reason}");
        return a;
    }

    private static void Verdicts(ReservoirAnalysis a, Verdict expected, params string[] ids)
    {
        foreach (var c in ids.Select(a.Claim)) Assert.True(c.Verdict == expected, $"{c.Id} is {c.Verdict}, expected {expected}: {c.Reason}");
    }

    private static CheckpointSequence Times(CheckpointSequence run, string prefix, double factor) => SmallNetworks.Edit(run, (_, t) =>
        t.Name.StartsWith(prefix, StringComparison.Ordinal) ? SmallNetworks.Map(t, v => [.. v.Select(x => factor * x)]) : t);

    [Theory]
    [InlineData("sparse")]
    [InlineData("sparse, float32")]
    [InlineData("sparse softmax")]
    [InlineData("midpoints")]
    [InlineData("kernel blocks with midpoints")]
    [InlineData("steps")]
    [InlineData("momentum")]
    [InlineData("momentum with midpoints")]
    [InlineData("adam")]
    [InlineData("adam with midpoints")]
    public void HonestRecordingsHold(string kind)
    {
        var a = Analyse(kind, SmallNetworks.Record(Options(kind)));
        Verdicts(a, Verdict.Holds, "R5", "R6", "R7", "R8");
        bool blocks = kind.StartsWith("kernel", StringComparison.Ordinal);
        Verdicts(a, blocks ? Verdict.NotApplicable : Verdict.Holds, "R9");
        Verdicts(a, kind.Contains("midpoints", StringComparison.Ordinal) ? Verdict.Holds : Verdict.NotApplicable, "R10");
        foreach (string id in (string[])["R7", "R8"]) Check.Small(Math.Abs(a.Claim(id).Figure(WellKnownFigures.Scale)!.Value - 1), 2e-3, $"{kind}: {id}");
    }

    /// <summary>A test Jacobian 5% too large moves the factor of the test outputs alone to 1/1.05, a learning rate 5% too large both.</summary>
    [Theory]
    [InlineData("sparse")]
    [InlineData("steps")]
    [InlineData("momentum with midpoints")]
    [InlineData("adam with midpoints")]
    public void TheFactorsSayWhichSideIsWrong(string kind)
    {
        var run = SmallNetworks.Record(Options(kind));
        var test = Analyse("J_Q times 1.05", Times(run, "J_Q", 1.05));
        Verdicts(test, Verdict.Violated, "R6", "R8");
        Verdicts(test, Verdict.Holds, "R5", "R7");
        Check.Close(test.Claim("R8").Figure(WellKnownFigures.Scale)!.Value, 1 / 1.05, 5e-3, "a_Q");
        Check.Close(test.Claim("R7").Figure(WellKnownFigures.Scale)!.Value, 1, 2e-3, "a_S");

        var rate = Analyse("times 5% too long", SmallNetworks.Edit(run, (_, t) => t, 1.05));
        Verdicts(rate, Verdict.Violated, "R5", "R6", "R7", "R8");
        foreach (string id in (string[])["R7", "R8"]) Check.Close(rate.Claim(id).Figure(WellKnownFigures.Scale)!.Value, 1 / 1.05, 1e-2, id);
        // The whole recording contradicts itself: its data claims say nothing.
        Verdicts(rate, Verdict.Undecided, "C1", "C4");
        Assert.StartsWith("recording inconsistent: ", rate.Claim("C4").Reason, StringComparison.Ordinal);
    }

    /// <summary>The Jacobian of one checkpoint is noise: it is found, and the intervals on both sides of it fail.</summary>
    [Theory]
    [InlineData("sparse")]
    [InlineData("steps")]
    public void OneJacobianOfNoiseIsFound(string kind)
    {
        var run = SmallNetworks.Record(Options(kind));
        int bad = run.Count / 2;
        var tampered = SmallNetworks.Edit(run, (k, t) => k == bad && (t.Name is "J_S" or "J_Q") ? SmallNetworks.Map(t, v => Noise(v)) : t);
        var a = Analyse("one Jacobian of noise", tampered);
        Verdicts(a, Verdict.Violated, "R9");
        Assert.Equal(bad, a.Claim("R9").Figure(WellKnownFigures.WorstCheckpoint));
        var intervals = Input(tampered).FailingIntervals;
        Assert.True(intervals.Contains(bad - 1) && intervals.Contains(bad), $"failing: {string.Join(" ", intervals.Order())}, expected {bad - 1} and {bad}");
        Assert.True(intervals.Count <= 6, $"failing: {string.Join(" ", intervals.Order())}");
        Assert.Empty(Input(run).FailingIntervals);
    }

    [Theory]
    [InlineData("midpoints")]
    [InlineData("adam with midpoints")]
    public void MidpointsOfTheNextStepAreViolated(string kind)
    {
        var run = SmallNetworks.Record(Options(kind));
        int last = run.Count - 2;
        var a = Analyse("late midpoints", SmallNetworks.Edit(run, (k, t) => t.Name.EndsWith("_mid", StringComparison.Ordinal)
            ? run[Math.Min(k + 1, last)][t.Name] : t));
        Verdicts(a, Verdict.Violated, "R10");
        var one = Analyse("one late midpoint",
            SmallNetworks.Edit(run, (k, t) => k == 7 && t.Name.EndsWith("_mid", StringComparison.Ordinal) ? run[8][t.Name] : t));
        Verdicts(one, Verdict.Violated, "R10");
        Assert.Equal(7, one.Claim("R10").Figure(WellKnownFigures.WorstInterval));
    }

    [Fact]
    public void WhatCannotBeComparedIsNotApplicable()
    {
        var sparse = SmallNetworks.Record(s_sparse with { Checkpoints = 6, Steps = 40 });
        var momentum = SmallNetworks.Record(Options("momentum"));
        CheckpointSequence With(CheckpointSequence run, Optimizer? optimizer) => new(run, run.Loss) { Optimizer = optimizer };
        foreach (var (run, reason) in ((CheckpointSequence, string)[])
            [
                (sparse.Subset([0, 5]), "fewer than three checkpoints"), (With(sparse, null), "does not say which optimizer"),
                (With(sparse, new UnknownOptimizer("lion", 0.1)), "lion"), (momentum.Every(3), "not every step was recorded"),
                (SmallNetworks.WithoutCrossBlocks(SmallNetworks.Record(s_sparse with { Kernels = true, Checkpoints = 6, Steps = 40 })), "kernel blocks"),
                (With(sparse, new GradientDescent(0.05) { BatchSize = 4 }), "minibatches"),
            ])
        {
            var a = Analyse(reason, run);
            Verdicts(a, Verdict.NotApplicable, "R5", "R6", "R7", "R8", "R9", "R10");
            Assert.Contains(reason, a.Claim("R5").Reason, StringComparison.Ordinal);
        }
    }

    /// <summary>Steps counted in samples, 100 million of them: nothing loops over them, and the flow that takes their place says what it may be off
    /// by.</summary>
    [Fact]
    public void HundredsOfMillionsOfStepsAreNotReplayed()
    {
        var run = SmallNetworks.Record(s_sparse with { LearningRate = 0.01 });
        var counted = new CheckpointSequence(run.Select(c => c with { Step = 500_000 * c.Step }), run.Loss) { Optimizer = run.Optimizer };
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var intervals = Input(counted).Intervals.Value;
        output.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s, s {intervals.Train.Quantile(IntervalConsistency.Share):G3}");
        Assert.True(watch.Elapsed.TotalSeconds < 60, $"{watch.Elapsed.TotalSeconds} s");
        Assert.Null(intervals.InconsistentReason);
        Assert.NotNull(Input(SmallNetworks.Edit(counted, (_, t) => t, 1.5)).Intervals.Value.InconsistentReason);
    }

    private static AnalysisInput Input(CheckpointSequence run)
    {
        var outputs = OutputRecord.Read(run);
        bool steps = Operators.DescentSupport.Check(run).Possible;
        var kernels = steps ? Operators.TrajectoryBuilder.ReadCheckpoints(run, outputs, TestRuns.Managed)
            : Operators.TrajectoryBuilder.Read(run, outputs, TestRuns.Managed);
        return new AnalysisInput(run, outputs, kernels, TestRuns.Options, TestRuns.Managed).WithIntervals(default);
    }

    // Normal numbers of the same Frobenius norm.
    private static double[] Noise(double[] v)
    {
        var random = new Random(5);
        double[] z = [.. v.Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
        double factor = Math.Sqrt(v.Sum(x => x * x) / z.Sum(x => x * x));
        return [.. z.Select(x => factor * x)];
    }
}
