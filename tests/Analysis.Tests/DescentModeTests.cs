using KernelFlow.Analysis.Tests.Support;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Descent mode on trained networks (theory, section 8): exact but for the average of J along each step.</summary>
public sealed class DescentModeTests(ITestOutputHelper output)
{
    private static readonly AnalysisOptions s_auto = TestRuns.Options with { Mode = AnalysisMode.Auto };
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];

    private static double Error(ReservoirAnalysis a, string id) => a.Claim(id).RelativeError.Value;

    private string Line(string name, ReservoirAnalysis a)
    {
        string text =
            FormattableString.Invariant($"{name}: z = {a.Descent?.LargestZ:g3} at step {a.Descent?.LargestZStep}, amplification ")
                + FormattableString.Invariant($"{a.Descent?.Amplification:g3}; ")
            + string.Join(", ",
                s_claims.Select(id => FormattableString.Invariant($"{id} {Error(a, id):e1} of {a.Claim(id).Budget!.Sum:e1} {a.Claim(id).Verdict}")));
        output.WriteLine(text);
        return text;
    }

    [Fact]
    public void AutoTakesDescentWhenEveryStepWasRecordedAndSaysWhy()
    {
        var run = SmallNetworks.Record(SmallNetworks.EveryStep);
        ReservoirAnalysis descent = Analyze.Reservoir(run, s_auto), flow = Analyze.Reservoir(run, TestRuns.Options);
        Line("descent", descent);
        Line("flow", flow);
        Assert.Equal((AnalysisMode.Descent, "descent-midpoint"), (descent.Options.Mode, descent.Options.Method));
        Assert.Equal("every step was recorded and the optimizer is gradient-descent", descent.Options.ModeReason);
        Assert.Equal(("gradient-descent", DescentQuadrature.Midpoint, 2.0, 1.0),
            (descent.Descent!.Optimizer, descent.Descent.Quadrature, descent.Descent.StabilityEdge, descent.Descent.Amplification));
        Assert.Null(flow.Descent);
        Assert.Null(flow.Options.ModeReason);
        Check.Small(Error(descent, "C4"), 1e-5, "C4 in descent mode");
        Check.Between(Error(flow, "C4"), 0.03, 0.1, "C4 in flow mode");
        Check.Between(descent.KernelEvolution.PeakDrift, 3, 100, "kernel drift");
        foreach (string id in s_claims) Assert.Equal(Verdict.Holds, descent.Claim(id).Verdict);
        Assert.NotEqual(Verdict.Violated, descent.Inclusion.Verdict);
        Assert.Equal(Verdict.Holds, descent.Claim("C9").Verdict);
        Check.Small(descent.Intervals.Max(i => i.TransportDefect.Value), 1e-5, "largest defect of a single step");
    }

    [Fact]
    public void AutoTakesFlowOtherwiseAndSaysWhy()
    {
        var analysis = Analyze.Reservoir(SmallNetworks.Record(SmallNetworks.EveryStep).Every(2), s_auto);
        Assert.Equal((AnalysisMode.Flow, "not every step was recorded: checkpoint 1 is step 2, the one before it step 0"),
            (analysis.Options.Mode, analysis.Options.ModeReason));
    }

    /// <summary>The same flow time with η, η/2, η/4: the trapezium is of order 2, Simpson's rule with midpoints of order 4.</summary>
    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 4)]
    public void TheQuadratureHasItsOrder(bool midpoints, double order)
    {
        var errors = ((int[])[1, 2, 4]).Select(refine =>
        {
            var run = SmallNetworks.Record(SmallNetworks.EveryStep with { LearningRate = 0.8 / refine, Steps = 60 * refine });
            var analysis = Analyze.Reservoir(midpoints ? run : SmallNetworks.WithoutMidpoints(run), s_auto);
            Line($"η/{refine}, {analysis.Options.Method}", analysis);
            return s_claims.Select(id => Error(analysis, id)).ToArray();
        }).ToArray();
        for (int i = 0; i < s_claims.Length; i++)
        {
            double[] orders = [Math.Log2(errors[0][i] / errors[1][i]), Math.Log2(errors[1][i] / errors[2][i])];
            output.WriteLine(FormattableString.Invariant($"{s_claims[i]}: observed orders {orders[0]:f2}, {orders[1]:f2}"));
            foreach (double observed in orders) Check.Between(observed, order - 0.3, order + 0.3, $"order of {s_claims[i]}");
        }
    }

    [Theory]
    [InlineData(OptimizerKind.Momentum, 0.1)]
    [InlineData(OptimizerKind.Adam, 0.01)]
    public void MomentumAndAdamAreExactToo(OptimizerKind optimizer, double learningRate)
    {
        var analysis = Analyze.Reservoir(SmallNetworks.Record(SmallNetworks.EveryStep with { Optimizer = optimizer, LearningRate = learningRate }), s_auto);
        Line(optimizer.ToString(), analysis);
        Assert.Equal(optimizer.ToString().ToLowerInvariant(), analysis.Descent!.Optimizer);
        foreach (string id in s_claims)
        {
            Check.Small(Error(analysis, id), 1e-5, $"{optimizer}: {id}");
            Assert.Equal(Verdict.Holds, analysis.Claim(id).Verdict);
        }
    }

    /// <summary>Between z = 2 and 2.6 midpoints keep the error below 5e-3; without them the same run is off by much more.</summary>
    [Theory]
    [InlineData(12, 3.0, 0)]
    [InlineData(20, 2.5, 0)]
    [InlineData(20, 2.5, 1)]
    public void PastTheEdgeOfStability(int train, double learningRate, int seed)
    {
        var run = SmallNetworks.Record(SmallNetworks.EveryStep with { Train = train, LearningRate = learningRate, Steps = 80, Seed = seed });
        ReservoirAnalysis analysis = Analyze.Reservoir(run, s_auto), trapezium = Analyze.Reservoir(SmallNetworks.WithoutMidpoints(run), s_auto);
        Line("midpoints", analysis);
        Line("trapezium", trapezium);
        Check.Between(analysis.Descent!.LargestZ, 2, 2.6, "z");
        Check.Between(analysis.Descent.Amplification, 1.5, 100, "amplification");
        foreach (string id in s_claims)
        {
            Check.Small(Error(analysis, id), 5e-3, id);
            Assert.Equal(Verdict.Holds, analysis.Claim(id).Verdict);
            Assert.NotEqual(Verdict.Violated, trapezium.Claim(id).Verdict);
        }
        Check.Between(Error(trapezium, "C4") / Error(analysis, "C4"), 10, 1e6, "C4 of the trapezium relative to midpoints");
    }

    [Theory]
    [InlineData(20, 3.0, 0)]
    [InlineData(12, 4.0, 1)]
    [InlineData(12, 5.0, 0)]
    public void FarPastTheEdgeNothingIsDecidedAndTheReasonSaysWhy(int train, double learningRate, int seed)
    {
        var analysis =
            Analyze.Reservoir(SmallNetworks.Record(SmallNetworks.EveryStep with { Train = train, LearningRate = learningRate, Steps = 80, Seed = seed }),
            s_auto);
        Line("far", analysis);
        Check.Between(analysis.Descent!.LargestZ, 3, 1000, "z");
        string expected = FormattableString.Invariant(
            $"past the edge of stability: z = {analysis.Descent.LargestZ:G3} at step {analysis.Descent.LargestZStep} (edge 2), errors made early can grow ")
            + FormattableString.Invariant($"by {analysis.Descent.Amplification:G3}");
        foreach (string id in s_claims) Assert.Equal((Verdict.Undecided, expected), (analysis.Claim(id).Verdict, analysis.Claim(id).Reason));
        Assert.NotEqual(Verdict.Violated, analysis.Inclusion.Verdict);
    }
}
