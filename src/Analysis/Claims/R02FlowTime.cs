using KernelFlow.Analysis.Consistency;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>R2: flow time is the sum of learning rates.</summary>
internal sealed class R02FlowTime() : RecordingClaim("R2", "flow time")
{
    public override string Statement => "Between checkpoints, flow time grows by the learning rates of the steps taken.";

    public override string Equation => "t_{k+1} − t_k = Σ η over the steps of the interval";

    public override string Needs => "a learning rate, and one rate for all steps, the first step recorded, or a stated schedule";

    protected override ClaimResult Judge(CheckpointSequence run, OutputRecord outputs, Backend backend, CancellationToken cancellation)
    {
        var times = new FlowTimes(run);
        if (run.Schedule is { } schedule) return Scheduled(times, schedule);
        if (run.Optimizer is not { } optimizer) return NotApplicable("the optimizer is not stated");
        if (optimizer.IsFlow) return NotApplicable("the run follows the continuous flow: it has no steps");
        if (optimizer.LearningRate == 0) return NotApplicable("no learning rate is stated");
        return Stated(run, times, optimizer);
    }

    private ClaimResult Scheduled(FlowTimes times, RateSchedule schedule)
    {
        var compared = times.Against(schedule.Lengths);
        return Compared(compared, times, "the stated schedule");
    }

    // learningRate is that of the first step only: later steps may have other rates, and a window may not hold the first step.
    private ClaimResult Stated(CheckpointSequence run, FlowTimes times, Optimizer optimizer)
    {
        double rate = optimizer.LearningRate;
        if (times.MovedTime() is { } moved)
            return JudgeConsistency(moved.Deviation, moved.Limit, [.. times.Figures(rate), new(WellKnownFigures.WorstCheckpoint, moved.Checkpoint)],
                FormattableString.Invariant($"the time of checkpoint {moved.Checkpoint} (step {run[moved.Checkpoint].Step}) is not between its neighbours' ")
                    + "as its step is, while all other intervals have one rate");
        if (!times.HasOneRate && times.Impossible(rate) is { } impossible)
        {
            var result = Compared(impossible, times, "learningRate", rate);
            return result with { Reason = FormattableString.Invariant(
                $"{result.Reason}: interval {impossible.Interval} has {times.Steps(impossible.Interval):G6} steps that took next to no time") };
        }
        bool fromStart = run[0].Step == 0, firstStep = fromStart && run[1].Step == 1;
        if (times.HasOneRate && fromStart && (times.Count > 1 || firstStep))
            return Compared(times.Against([.. Enumerable.Range(0, times.Count).Select(k => rate * times.Steps(k))]), times, "learningRate", rate);
        if (firstStep)
        {
            var first = Compared(times.Against([rate]), times, "learningRate, at the first step,", rate);
            return first.Verdict == Verdict.Holds && times.Count > 1
                ? first with { Reason = $"{first.Reason}; later rates differ from it ({times.Range}) and no schedule is stated" } : first;
        }
        return times.AgreesWith(rate)
            ? Compared(times.Against([.. Enumerable.Range(0, times.Count).Select(k => rate * times.Steps(k))]), times, "learningRate", rate)
            : NotApplicable(FormattableString.Invariant($"learningRate, {rate:G6}, is that of the first step, which was not recorded alone; ")
                + $"the intervals have {times.Range}; state a schedule") with { Figures = times.Figures(rate) };
    }

    private ClaimResult Compared(FlowTimeComparison compared, FlowTimes times, string with, double rate = double.NaN)
    {
        ClaimFigure[] figures =
        [
            new("ratio", compared.Ratio), new("worst", compared.Deviation), new(WellKnownFigures.Factor, compared.Ratio),
            new(WellKnownFigures.WorstInterval, compared.Interval), .. double.IsNaN(rate) ? [] : new ClaimFigure[] { new("learning rate", rate) },
        ];
        string what = FormattableString.Invariant($"interval {compared.Interval} is {compared.Length:G6} long and {with} gives {compared.Expected:G6}");
        var result = JudgeConsistency(compared.Deviation, compared.Limit, figures, what);
        return result.Verdict == Verdict.Violated && times.Hint(compared) is { } hint ? result with { Reason = $"{result.Reason}: {hint}" } : result;
    }
}
