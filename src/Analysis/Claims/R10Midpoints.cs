using KernelFlow.Analysis.Consistency;

namespace KernelFlow.Analysis.Claims;

/// <summary>R10: every step is what Simpson's rule with the recorded midpoints says.</summary>
internal sealed class R10Midpoints() : IntervalClaim("R10", "midpoints")
{
    public override string Statement => "Every step moves the outputs as the Jacobians at its ends and in its middle say.";

    public override string Equation => "max_k ‖d_k − p_k‖ / e_k, p_k by Simpson's rule, e_k from its difference to the trapezium";

    public override string Needs => "every step with midpoints, of any optimizer with a recursion";

    protected override ClaimResult Judge(IntervalConsistency intervals)
    {
        if (!intervals.Midpoints) return NotApplicable("midpoints were not recorded in every step");
        var (train, test) = (intervals.Train, intervals.Test);
        if (train.Count + test.Count == 0) return Result(Verdict.Undecided, "no step can be predicted beyond rounding");
        var (statistic, interval) = intervals.Largest();
        ClaimFigure[] figures =
        [
            new(WellKnownFigures.WorstInterval, interval), new(WellKnownFigures.Intervals, Math.Max(train.Count, test.Count)),
            new(WellKnownFigures.FailingShare, intervals.FailingShare),
        ];
        return JudgeConsistency(statistic, IntervalConsistency.MidpointLimit, figures,
            FormattableString.Invariant($"error of a step over its budget, the largest that does not stand alone (step {interval})"));
    }
}
