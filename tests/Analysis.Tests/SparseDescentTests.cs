using KernelFlow.Analysis.Tests.Support;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Descent mode between sparse checkpoints: the recorded steps on the interpolant.</summary>
public sealed class SparseDescentTests(ITestOutputHelper output)
{
    private static readonly AnalysisOptions s_descent = TestRuns.Options with { Mode = AnalysisMode.Descent };

    private static double Distance(IEnumerable<double> a, IEnumerable<double> b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    public static TheoryData<string, string> Runs => new() { { "parity", "linear" }, { "parity", "cubic" }, { "softmax", "linear" }, { "softmax", "cubic" },
        { "crossed kernels", "linear" } };

    private static CheckpointSequence Run(string name) => name switch
    {
        "parity" => SmallNetworks.Record(SmallNetworks.Parity),
        "softmax" =>
            SmallNetworks.Record(SmallNetworks.EveryStep with { Steps = 120, LearningRate = 0.4, Midpoints = false, Schedule = CheckpointSchedule.Uniform,
            Checkpoints = 13 }),
        _ => SmallNetworks.Record(SmallNetworks.MildKernels),
    };

    /// <summary>The dense operators and the replayed vector of flow mode's budget are two implementations of one recursion: they differ from flow by the same
    /// vector.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void ItDiffersFromFlowByFlowsDescentPart(string name, string interpolation)
    {
        var run = Run(name);
        var descent = Analyze.Reservoir(run, s_descent with { Interpolation = Named.Interpolation(interpolation) });
        var flow = Analyze.Reservoir(run, TestRuns.Options with { Interpolation = Named.Interpolation(interpolation), RelativeTolerance = 1e-10 });
        Assert.Equal((AnalysisMode.Descent, "descent-interpolated"), (descent.Options.Mode, descent.Options.Method));
        foreach (var (id, a, b, recorded) in new[]
        {
            ("C3", descent.Displacements.PredictedTrain, flow.Displacements.PredictedTrain, flow.Displacements.RecordedTrain),
            ("C4", descent.Displacements.PredictedTest, flow.Displacements.PredictedTest, flow.Displacements.RecordedTest),
        })
        {
            double difference = Distance(a, b) / Distance(recorded, new double[recorded.Count]), part = flow.Claim(id).Budget!.Descent.Value;
            output.WriteLine(FormattableString.Invariant($"{name}, {interpolation}: {id} flow − descent {difference:e6}, budget {part:e6}"));
            Check.Close(difference, part, 5e-10, $"{id}: difference of the modes against flow's descent part");
        }
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
        {
            Assert.Equal(0, descent.Claim(id).Budget!.Descent.Value);
            Assert.Equal(0, descent.Claim(id).Budget!.Integration.Value);
            Assert.NotEqual(Verdict.Violated, descent.Claim(id).Verdict);
            Assert.NotEqual(Verdict.Violated, flow.Claim(id).Verdict);
        }
        Assert.Equal((DescentQuadrature.Interpolated, 2.0), (descent.Descent!.Quadrature, descent.Descent.StabilityEdge));
        Assert.All(descent.Intervals, i => Assert.False(i.TransportDefect.IsKnown));
        Assert.Equal(run[^1].Step - run[0].Step, descent.Intervals.Sum(i => i.Steps));
        Assert.NotEqual(Verdict.Violated, descent.Inclusion.Verdict);
    }

    /// <summary>Where the flow limit is what is wrong, the steps on the interpolant are nearer to the record.</summary>
    [Fact]
    public void ItIsNearerToTheRecordWhereStepsAreLarge()
    {
        var run = SmallNetworks.Record(SmallNetworks.EveryStep with { Midpoints = false }).Every(2);
        ReservoirAnalysis flow = Analyze.Reservoir(run, TestRuns.Options), descent = Analyze.Reservoir(run, s_descent),
            cubic = Analyze.Reservoir(run, s_descent with { Interpolation = Interpolation.Cubic });
        double[] errors = [.. new[] { flow, descent, cubic }.Select(a => a.Claim("C4").RelativeError.Value)];
        output.WriteLine(FormattableString.Invariant($"C4: flow {errors[0]:e2}, descent {errors[1]:e2}, descent with cubic interpolation {errors[2]:e2}"));
        Check.Small(errors[1], 0.7 * errors[0], "C4 in descent mode");
        Check.Small(errors[2], 0.4 * errors[1], "C4 in descent mode with cubic interpolation");
    }

    /// <summary>Near the edge of stability a sparser cubic overshoots K, and its steps would diverge over the whole window. Interval by interval they have no
    /// time to: the estimate says that it is too large to decide, by a number that means something.</summary>
    [Fact]
    public void AnEstimateOnADivergingInterpolantIsANumberThatMeansSomething()
    {
        var run = SmallNetworks.Record(SmallNetworks.Parity with { LearningRate = 0.1, Checkpoints = 8 });
        var analysis = Analyze.Reservoir(run, s_descent with { Interpolation = Interpolation.Cubic });
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
        {
            var claim = analysis.Claim(id);
            Assert.Equal(Verdict.Undecided, claim.Verdict);
            Check.Small(claim.Budget!.Interpolation.Value, 1e3, $"interpolation part of {id}");
        }
    }

    /// <summary>Sparser still, the interpolated kernel itself is past the edge: a numerical failure that blames the interpolant, not the training, and says
    /// what would help. Linear interpolation does.</summary>
    [Fact]
    public void AnInterpolantPastTheEdgeIsNamedAsTheCause()
    {
        var run = SmallNetworks.Record(SmallNetworks.Parity with { LearningRate = 0.1, Checkpoints = 6 });
        string message = Assert.Throws<Numerics.NumericalException>(() => Analyze.Reservoir(run, s_descent with { Interpolation = Interpolation.Cubic }))
            .Message;
        output.WriteLine(message);
        Assert.Matches(@"^descent: P or W is not finite after step \d+ \(t = s \+ [\d.]+, η = 0\.1\), z = η·λ_max\(BK\) = [\d.]+ \(stable up to 2\); likely "
            + "cause: between its checkpoints the interpolated kernel is past the edge of stability although training was not; record more checkpoints, or "
                + @"use linear interpolation or flow mode\.$", message);
        foreach (var other in (AnalysisOptions[])[s_descent, TestRuns.Options with { Interpolation = Interpolation.Cubic }])
            Assert.All((string[])["C1", "C2", "C3", "C4"], id => Assert.NotEqual(Verdict.Violated, Analyze.Reservoir(run, other).Claim(id).Verdict));
    }

    [Theory]
    [InlineData("kernels", "descent needs Jacobians or the cross blocks K_SS_next, K_QS_next and K_SQ_next")]
    [InlineData("momentum", "possible for gradient-descent only, and the optimizer of this run is momentum; record every step, or use flow")]
    [InlineData("sgd", "the optimizer of this run is sgd")]
    [InlineData("unknown", "the optimizer of this run is not known")]
    public void WhatHasNoRecursionIsRefused(string what, string reason)
    {
        var small = new RecordingOptions { Train = 8, Test = 4, Layers = [LayerSpec.Dense(4)], Steps = 30, Checkpoints = 6 };
        var run = what switch
        {
            "kernels" => SmallNetworks.WithoutCrossBlocks(SmallNetworks.Record(small with { Kernels = true })),
            "momentum" => SmallNetworks.Record(small with { Optimizer = OptimizerKind.Momentum }),
            "sgd" => SmallNetworks.Record(small with { Optimizer = OptimizerKind.Sgd, Batch = 4 }),
            _ => new CheckpointSequence(SmallNetworks.Record(small), SmallNetworks.Record(small).Loss),
        };
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => Analyze.Reservoir(run, s_descent)).Message);
        // Flow is possible, and what descent would have told it is unknown, not zero.
        var c4 = Analyze.Reservoir(run, TestRuns.Options).Claim("C4");
        if (what == "kernels") Assert.True(c4.Budget!.Descent.IsKnown);
        else Assert.Equal((false, Verdict.Undecided), (c4.Budget!.Descent.IsKnown, c4.Verdict));
    }
}
