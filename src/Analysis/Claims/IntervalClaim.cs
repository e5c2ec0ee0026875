using KernelFlow.Analysis.Consistency;

namespace KernelFlow.Analysis.Claims;

/// <summary>The common part of R5 to R10: single intervals, predicted from the recorded state at their start.</summary>
internal abstract class IntervalClaim(string id, string name) : Claim(id, name, ClaimKind.Consistency)
{
    public override string Needs => "at least three checkpoints with Jacobians of gradient descent or gradient flow, or every step of any optimizer with a "
        + "recursion";

    /// <summary>Whether the claim says nothing of steps past the edge of stability.</summary>
    protected virtual bool EndsAtTheEdge => false;

    protected sealed override ClaimResult CheckCore(ClaimEvidence evidence) =>
        !evidence.Intervals.TryGet(out var intervals) ? NotApplicable(evidence.Intervals.Reason!)
        : EndsAtTheEdge && evidence.Predicting.NoPredictionReason is { } beyond ? NotApplicable(beyond) : Judge(intervals);

    /// <summary>The number and its limit.</summary>
    protected abstract ClaimResult Judge(IntervalConsistency intervals);
}

/// <summary>The common part of the claims that look at the training or at the test outputs alone.</summary>
internal abstract class SideClaim(string id, string name, bool test) : IntervalClaim(id, name)
{
    /// <summary>"training" or "test".</summary>
    protected string Side => test ? "test" : "training";

    protected sealed override ClaimResult Judge(IntervalConsistency intervals)
    {
        var side = test ? intervals.Test : intervals.Train;
        if (side.Intervals == 0 || !side.Moves) return NotApplicable($"the {Side} outputs are predicted not to move");
        return IntervalConsistency.Judged(side) ? Judge(intervals, side)
            : Result(Verdict.Undecided,
                $"of {side.Intervals} intervals {side.Count} can be judged, expected at least {IntervalConsistency.FewestIntervals}: in "
                + "the others the steps are too near to the edge of stability, or the checkpoints too far apart, to predict the movement");
    }

    /// <summary>The number and its limit for a side with enough intervals.</summary>
    protected abstract ClaimResult Judge(IntervalConsistency intervals, JudgedSide side);
}
