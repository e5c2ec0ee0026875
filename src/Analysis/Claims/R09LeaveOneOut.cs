using KernelFlow.Analysis.Consistency;

namespace KernelFlow.Analysis.Claims;

/// <summary>R9: two neighbouring intervals are predicted better with the Jacobian between them than without it.</summary>
internal sealed class R09LeaveOneOut() : IntervalClaim("R9", "leave one checkpoint out")
{
    public override string Statement => "The Jacobian of every checkpoint helps to predict the two intervals around it.";

    public override string Equation => "ρ_k = ‖d − p‖ / max(‖d − p without J_k‖, e) over [t_{k−1}, t_{k+1}]";

    // Steps that leap over what the kernel is in between may be told better without the checkpoint there.
    protected override bool EndsAtTheEdge => true;

    protected override ClaimResult Judge(IntervalConsistency intervals)
    {
        var judged = intervals.LeftOut.Where(c => c.Ratio is not null).ToArray();
        if (judged.Length == 0)
            return NotApplicable(intervals.LeftOut.Count == 0 ? "kernel blocks do not tell what a step would be without one of their checkpoints"
                : "without its Jacobian no checkpoint's intervals are predicted well enough to compare with");
        var (worst, ratio) = judged.MaxBy(c => c.Ratio);
        ClaimFigure[] figures =
        [
            new(WellKnownFigures.WorstCheckpoint, worst), new("checkpoints", judged.Length),
            new("worse than none", judged.Count(c => c.Ratio > IntervalConsistency.LeftOutLimit)),
        ];
        return JudgeConsistency(ratio!.Value, IntervalConsistency.LeftOutLimit, figures,
            FormattableString.Invariant($"error with the Jacobian over the error without it, the largest of {judged.Length} checkpoints (checkpoint {worst})"));
    }
}
