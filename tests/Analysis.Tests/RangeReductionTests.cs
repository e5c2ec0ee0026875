using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>Flows on the range that the kernels have in common: planted ranks, tails that fall steeply, and runs of full rank, each beside the whole
/// flow.</summary>
public class RangeReductionTests
{
    private const int Train = 40, Test = 12, Rank = 9, Parameters = 60;
    private static readonly double[] s_times = [0, 1, 3, 6, 10, 16, 25];

    // J = L (A + polygon): the columns of L, scaled, are all that J_S ever shows.
    private static FlowRecording Recording(Func<int, double> scale, int columns, int seed, int steps = 8)
    {
        var random = new Random(seed);
        var scales = Matrix<double>.Build.DenseOfDiagonalArray([.. Enumerable.Range(0, columns).Select(scale)]);
        var left = FlowPath.Gaussian(random, Train, columns).QR().Q * scales;
        var inner = FlowPath.Polygon(columns, Test, 1, Parameters, 0.15, s_times, seed + 1);
        return FlowRecording.Of(inner with { Train = Train, J_S = t => 6 * (left * inner.J_S(t)) }, s_times, stepsPerInterval: steps);
    }

    private static FlowRecording Planted(int seed = 3) => Recording(_ => 1, Rank, seed);

    private static FlowRecording Tail(double fall, int seed = 5) => Recording(j => Math.Pow(10, -fall * j), Train, seed);

    private static ReservoirAnalysis Analysis(CheckpointSequence run, ReductionChoice reduction) =>
        Analyze.Reservoir(Flow(run), TestRuns.Options with { RelativeTolerance = 1e-11, Reduction = reduction });

    private static CheckpointSequence Flow(CheckpointSequence run) => new(run, run.Loss) { Optimizer = new GradientFlow() };

    private static double Largest(ReservoirAnalysis reduced, ReservoirAnalysis whole) => TestRuns.Named(reduced.Operators.Value)
        .Zip(TestRuns.Named(whole.Operators.Value)).Max(p => TestRuns.Relative(p.First.Value, p.Second.Value));

    public static TheoryData<string> Recordings => ["jacobians", "kernels"];

    private static CheckpointSequence Run(FlowRecording recording, string kind) =>
        kind == "jacobians" ? recording.Jacobians() : recording.Kernels(cross: false);

    [Theory]
    [MemberData(nameof(Recordings))]
    public void APlantedRankIsReducedToItWithErrorsAtRounding(string kind)
    {
        var run = Run(Planted(), kind);
        var (whole, reduced) = (Analysis(run, ReductionChoice.Off), Analysis(run, ReductionChoice.OfTolerance(1e-8)));
        Assert.Equal(Rank, reduced.Options.Reduction!.Rank);
        Assert.Equal(Train, reduced.Options.Reduction.Size);
        Check.Small(Largest(reduced, whole), 1e-10, $"{kind}: the reduced operators beside the whole ones, r = {Rank} of N = {Train}");
        Check.Small(reduced.Options.Reduction.Bound, 1e-9, $"{kind}: the bound of truncation");
        // Kernels know what lies outside of a range to rounding of ∫K dτ, which leaves reservoir modes open; Jacobians know it to the square of rounding.
        foreach (var (a, b) in reduced.Claims.Zip(whole.Claims))
            Assert.Equal((b.Id, b.Id == "C5" && kind == "kernels" ? Verdict.Undecided : b.Verdict), (a.Id, a.Verdict));
        if (kind == "jacobians") Assert.Equal(Verdict.Holds, reduced.Inclusion.Verdict);
        else Assert.Contains("the reduction of the range hides reservoir mode", reduced.Inclusion.Reason);
        Assert.Equal(whole.Spectrum.SignalDimension, reduced.Spectrum.SignalDimension);
        foreach (string id in (string[])["C1", "C2", "C3", "C4", "C6", "C8", "C10"])
        {
            Assert.True(reduced.Claim(id).Budget!.Truncation!.Value.IsKnown, $"{kind}: {id} has no part of truncation");
            Assert.Null(whole.Claim(id).Budget!.Truncation);
        }
    }

    /// <summary>Every error stays below its bound, and within a few orders of it.</summary>
    [Theory]
    [InlineData(0.25, 12)]
    [InlineData(0.5, 8)]
    [InlineData(0.5, 14)]
    [InlineData(1, 5)]
    public void AnErrorIsNoLargerThanItsBound(double fall, int rank)
    {
        foreach (string kind in (string[])["jacobians", "kernels"])
        {
            var run = Run(Tail(fall), kind);
            var (whole, reduced) = (Analysis(run, ReductionChoice.Off), Analysis(run, ReductionChoice.OfRank(rank)));
            double error = Largest(reduced, whole), bound = reduced.Options.Reduction!.Bound;
            Assert.True(error <= bound, $"{kind}, tail of 10^(-2·{fall}·j), r = {rank}: error {error:G3}, bound {bound:G3}");
            if (kind == "jacobians")
                Assert.True(error >= 1e-4 * bound, $"tail of 10^(-2·{fall}·j), r = {rank}: error {error:G3} is far below its bound {bound:G3}");
            string[] ids = ["C1", "C2", "C3", "C4"];
            foreach (string id in ids)
            {
                double moved = Math.Abs(reduced.Claim(id).RelativeError.Value - whole.Claim(id).RelativeError.Value),
                    part = reduced.Claim(id).Budget!.Truncation!.Value.Value;
                Assert.True(moved <= part + 1e-9, $"{kind}, r = {rank}: {id} moved by {moved:G3}, its part of truncation is {part:G3}");
            }
        }
    }

    [Fact]
    public void WhatCannotBeReducedIsRefusedWithTheReason()
    {
        static string Refusal(CheckpointSequence run, AnalysisOptions options) =>
            Assert.Throws<ArgumentException>(() => Analyze.Reservoir(run, options)).Message;
        var asked = TestRuns.Options with { Reduction = ReductionChoice.OfRank(3) };
        var varying = FlowRecording.Of(FlowPath.Polygon(5, 3, 2, 30, 0.3, s_times, 4).WithVaryingHessian(30, 5), s_times, stepsPerInterval: 4);
        Assert.Contains("B is not a positive multiple of the identity", Refusal(varying.Jacobians(), asked));
        Assert.Contains("cross blocks", Refusal(Planted().Kernels(cross: true), asked));
        Assert.Contains("golub-kahan", Refusal(Planted().Jacobians(), asked with { Solver = EigenSolver.GolubKahan }));
        Assert.Contains("no reduction of N = 40", Refusal(Planted().Jacobians(), asked with { Reduction = ReductionChoice.OfRank(40) }));
        Assert.Contains("no range of fewer than N = 40 dimensions",
            Refusal(Tail(0.001).Jacobians(), asked with { Reduction = ReductionChoice.OfTolerance(1e-6) }));
        Assert.Contains("reduce 3", Refusal(Planted().Jacobians(), asked with { Extent = AnalysisExtent.ClaimsOnly }));
    }

    /// <summary>A range that leaves out much of the kernel says so: the budget is too large for a claim to hold, and the inclusion is open.</summary>
    [Fact]
    public void AReductionThatIsTooSmallDecidesNothing()
    {
        var analysis = Analysis(Tail(0.05).Jacobians(), ReductionChoice.OfRank(4));
        Assert.Equal(Verdict.Undecided, analysis.Claim("C4").Verdict);
        double part = analysis.Claim("C4").Budget!.Truncation!.Value.Value;
        Assert.True(part > 0.1, $"part of truncation {part:G3}");
        // Claims that test the program may not hold either where their own part is as large.
        var code = analysis.Claims.Where(c => c.Budget?.Truncation is { IsKnown: true, Value: > 0.1 }).ToArray();
        Assert.Contains(code, c => c.Kind == ClaimKind.Code);
        Assert.All(code, c => Assert.True(c.Verdict == Verdict.Undecided, $"{c.Id} is {c.Verdict}: {c.Reason}"));
        Assert.Contains(analysis.LikelyCauses, cause => cause.Cause.Contains("range", StringComparison.Ordinal));
        Assert.Equal(Verdict.Undecided, analysis.Inclusion.Verdict);
        Assert.False(analysis.Spectrum.SignalDimension.IsKnown);
    }

    private static RangeDecision Decision(CheckpointSequence run, double tolerance, double worth = 0)
    {
        var input = AnalysisPlan.Of(run, TestRuns.Options).Read(new StageProgress(null), default);
        return RangeDecision.Of(input, input.Interpolate(input.AllCheckpoints), tolerance, default, worth);
    }

    /// <summary>Left to the tool, a run is reduced where that saves time and the bound is below the tolerance of the integration, and nowhere else.</summary>
    [Fact]
    public void AutoTakesWhatPaysAndIsBelowTheTolerance()
    {
        var planted = Planted().Jacobians();
        Assert.Equal(Rank, Decision(planted, 1e-7).Range!.Rank);
        Assert.Null(Decision(planted, 1e-7, RangeCost.Worth).Range);
        Assert.Null(Decision(Tail(0.02).Jacobians(), 1e-4).Range); // of full rank
        using var digits = RecordedRun.Open(TestRuns.DigitsTiny); // converged: 24 of 24 modes are dissipated
        Assert.Null(Decision(digits.Checkpoints, 1e-4).Range);
    }

    /// <summary>Kernels know what is left out to their rounding. Where that is more than the tolerance leaves room for, Jacobians decide; without them
    /// the whole flow is integrated.</summary>
    [Fact]
    public void JacobiansShowARangeThatRoundingOfKernelsHides()
    {
        var run = Planted().Jacobians();
        var input = AnalysisPlan.Of(run, TestRuns.Options).Read(new StageProgress(null), default);
        var search = new RangeSearch((InterpolatedTrajectory)input.Interpolate(input.AllCheckpoints), positive: true, input.Backend);
        search.Project(Rank);
        double tolerance = search.Expected(Rank);
        Assert.Null(search.Smallest(0.5 * tolerance));
        var range = Decision(run, tolerance).Range!;
        Assert.Equal(Rank, range.Rank);
        Assert.True(search.Expected(range) < 0.1 * tolerance, $"{search.Expected(range):G3} with residuals of Jacobians, {tolerance:G3} without");
        Assert.Null(Decision(Planted().Kernels(cross: false), tolerance).Range);
    }

    /// <summary>3N³ of projections against 30N³ for every step: the range must be the smaller, the fewer steps there are.</summary>
    [Fact]
    public void TheLargestRangeThatPaysGrowsWithTheSteps()
    {
        int few = RangeCost.Largest(1000, 200, 1, 3), many = RangeCost.Largest(1000, 200, 40, 81);
        Assert.True(few > 0 && many > few && many < 1000, $"1 interval: {few}, 40 intervals: {many}");
        Assert.Equal(0, RangeCost.Largest(1000, 200, 1, 100_000));
        Assert.False(RangeCost.MayPay(100, 40, RangeCost.Worth));
        Assert.True(RangeCost.MayPay(300, 15, RangeCost.Worth)); // two seconds of steps
    }
}
