using KernelFlow.Analysis.Consistency;

namespace KernelFlow.Analysis.Claims;

/// <summary>The common part of R5 and R6: s over the intervals.</summary>
internal abstract class IntervalSteps(string id, string name, bool test) : SideClaim(id, name, test)
{
    public override string Statement => $"Each interval moves the {Side} outputs as its recorded kernels move the state recorded at its start.";

    protected sealed override ClaimResult Judge(IntervalConsistency intervals, JudgedSide side)
    {
        int[] failing = [.. side.Failing(intervals.SingleLimit)];
        ClaimFigure[] figures =
        [
            new(WellKnownFigures.Intervals, side.Count), new(WellKnownFigures.FailingIntervals, failing.Length),
            new(WellKnownFigures.FailingShare, intervals.ShareOf(failing)), new(WellKnownFigures.WorstInterval, side.Largest().Interval),
        ];
        return JudgeConsistency(intervals.Statistic(side), intervals.QuantileLimit, figures,
            FormattableString.Invariant($"errors of the {Side} outputs over their budgets, ")
                + FormattableString.Invariant($"{IntervalConsistency.Share:P0} quantile of {side.Count} intervals or ")
                + "half of what two neighbours both reach");
    }
}
