using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>R2: flow times against learning rates.</summary>
public class FlowTimeTests
{
    private static readonly RecordingOptions _options = RecordedLossTests.Small() with { LearningRate = 0.1, Steps = 200, Checkpoints = 9 };

    private static ClaimResult Check(CheckpointSequence run) => RecordedLossTests.Check(run, "R2");

    private static CheckpointSequence With(CheckpointSequence run, Func<int, double, double> time, Optimizer? optimizer = null, RateSchedule? schedule = null,
        Func<long, long>? step = null) =>
        new(run.Select((c, k) => c with { Time = time(k, c.Time), Step = step?.Invoke(c.Step) ?? c.Step }), run.Loss)
        {
            Optimizer = optimizer ?? run.Optimizer, Schedule = schedule,
        };

    private static void Verdicts(Verdict expected, ClaimResult claim, string reason = "")
    {
        Assert.True(expected == claim.Verdict, $"{claim.Verdict}: {claim.Reason}");
        Assert.Contains(reason, claim.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void OneRateHolds()
    {
        var run = SmallNetworks.Record(_options);
        Verdicts(Verdict.Holds, Check(run));
        Verdicts(Verdict.Holds, Check(run.Subset([3, 4, 5, 6]))); // a window that does not begin at step 0
        Verdicts(Verdict.Holds, Check(With(run, (_, t) => 1e9 + t))); // shifted: times are known to 1e-7
        Verdicts(Verdict.Holds, Check(With(run, (_, t) => (float)t))); // added up in float32
        Verdicts(Verdict.Holds, Check(With(run, (_, t) => Math.Round(t, 5))));
    }

    /// <summary>A rate that changes later is no contradiction of that of the first step.</summary>
    [Theory]
    [InlineData(LearningRateSchedule.Cosine, 0, Verdict.Holds)]
    [InlineData(LearningRateSchedule.StepDecay, 0, Verdict.Holds)]
    [InlineData(LearningRateSchedule.Constant, 50, Verdict.Holds)]
    public void ASchedulesFirstStepIsCompared(LearningRateSchedule schedule, int warmup, Verdict expected)
    {
        var run = SmallNetworks.Record(_options with { LearningRateSchedule = schedule, DecayEvery = 60, WarmupSteps = warmup });
        Verdicts(expected, Check(run), "no schedule is stated");
        Verdicts(Verdict.NotApplicable, Check(run.Subset([0, 4, 5, 7, 8])), "state a schedule");
    }

    [Fact]
    public void TimesThatAreOffEverywhereAreViolated()
    {
        var run = SmallNetworks.Record(_options);
        var claim = Check(With(run, (_, t) => 1.05 * t));
        Verdicts(Verdict.Violated, claim, "all times are 1.05 of what the rate gives");
        Assert.Equal(1.05, claim.Figure("ratio")!.Value, 1e-9);
        // Where the manifest agrees with the times, nothing here can tell: the movement of outputs does.
        Verdicts(Verdict.Holds, Check(With(run, (_, t) => 1.05 * t, new GradientDescent(0.105))));
    }

    [Fact]
    public void OneTimeThatIsMovedIsViolated()
    {
        var run = SmallNetworks.Record(_options);
        double Moved(int k, double t) => k == 4 ? t + 0.3 * (run[5].Time - t) : t;
        var claim = Check(With(run, Moved));
        Verdicts(Verdict.Violated, claim, "the time of checkpoint 4");
        Assert.Equal(4, claim.Figure(WellKnownFigures.WorstCheckpoint));
        var stated = RateSchedule.Constant(0.1, [.. run.Select(c => c.Step)]);
        Verdicts(Verdict.Violated, Check(With(run, Moved, schedule: stated)), "the stated schedule");
        Verdicts(Verdict.Holds, Check(With(run, (_, t) => t, schedule: stated)));
    }

    [Fact]
    public void StepsCountedInExamplesAreViolatedAndNamed()
    {
        var run = SmallNetworks.Record(_options);
        Verdicts(Verdict.Violated, Check(With(run, (_, t) => t, step: s => 10 * s)), "10 to one (examples or tokens)");
        Verdicts(Verdict.Violated, Check(With(run, (_, t) => t, step: s => s == 200 ? 2147483654 : s)), "next to no time");
    }

    /// <summary>A step of rate 0 is recorded as one that is too small to matter; the schedule may say 0.</summary>
    [Fact]
    public void AWarmUpFromZeroAgreesWithItsSchedule()
    {
        var run = SmallNetworks.Record(_options with { Schedule = CheckpointSchedule.EveryStep, Steps = 8 });
        double[] times = [0, 1e-13, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
        var schedule = RateSchedule.Of([0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], [.. run.Select(c => c.Step)]);
        Verdicts(Verdict.Holds, Check(With(run, (k, _) => times[k], new GradientDescent(0), schedule)));
    }

    [Fact]
    public void WithoutARateItDoesNotApply()
    {
        var run = SmallNetworks.Record(_options);
        Verdicts(Verdict.NotApplicable, Check(With(run, (_, t) => t, new GradientFlow())));
        Verdicts(Verdict.NotApplicable, Check(With(run, (_, t) => t, new UnknownOptimizer("lion", 0))));
    }
}
