using KernelFlow.Analysis.Consistency;

namespace KernelFlow.Analysis.Claims;

/// <summary>The common part of R7 and R8: the regression factor of recorded on predicted displacements.</summary>
internal abstract class IntervalScale(string id, string name, bool test) : SideClaim(id, name, test)
{
    public override string Statement => $"The {Side} outputs move as far as the recorded kernels, times and loss say, and not a multiple of it.";

    protected sealed override ClaimResult Judge(IntervalConsistency intervals, JudgedSide side)
    {
        var (factor, allowance, count) = side.Regression();
        double limit = intervals.ScaleLimit * allowance;
        ClaimFigure[] figures =
        [
            new(WellKnownFigures.Scale, factor), new(WellKnownFigures.ScaleUncertainty, limit), new(WellKnownFigures.Intervals, count),
        ];
        return JudgeConsistency(Math.Abs(factor - 1), limit, figures,
            FormattableString.Invariant($"the {Side} outputs move {factor:G6} times as far as predicted in the {count} best known intervals; distance from 1"));
    }
}
