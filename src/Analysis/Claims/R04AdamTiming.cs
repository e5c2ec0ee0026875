using KernelFlow.Analysis.Consistency;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Claims;

/// <summary>R4: the recorded preconditioner is that of the step which leaves its checkpoint.</summary>
internal sealed class R04AdamTiming() : RecordingClaim("R4", "preconditioner timing")
{
    // A share of 0 is the step that leaves the checkpoint, 1 the one before it.
    private const double Half = 0.5, Clear = 0.25;

    public override string Statement => "The preconditioner of a checkpoint is that of the step which leaves it: it holds the gradient of its own step.";

    public override string Equation => "U_S(t_{k+1}) − U_S(t_k) = −f_k J̄_S M_k Z_k with M_k recorded at checkpoint k";

    public override string Needs => "every step from step 0 of an optimizer with a preconditioner (Adam), and Jacobians";

    protected override ClaimResult Judge(CheckpointSequence run, OutputRecord outputs, Backend backend, CancellationToken cancellation)
    {
        if (run.Optimizer?.Rule is not { NeedsPreconditioner: true }) return NotApplicable("the optimizer has no preconditioner");
        if (!run.HasJacobians) return NotApplicable("kernel blocks were recorded: the buffer of earlier gradients cannot be rebuilt from them");
        if (Consistency.TheorySetting.Outside(run) is { } outside) return NotApplicable($"the steps are not those of a known recursion: {outside}");
        var (possible, reason) = DescentSupport.Check(run);
        if (!possible) return NotApplicable(reason);
        if (PreconditionerFit.Of(run, outputs, backend, cancellation) is not { } fit)
            return NotApplicable("too few steps, or the preconditioner does not change by more than rounding shows");
        ClaimFigure[] figures =
        [
            new("share of the step before", fit.Share), new("error as recorded", fit.Here), new("error one step later", fit.Before), new("steps", fit.Steps),
        ];
        string what = FormattableString.Invariant($"over {fit.Steps} steps the recorded preconditioners explain the movement of U_S to {fit.Here:G3} where ")
            + FormattableString.Invariant($"they stand, and to {fit.Before:G3} taken one checkpoint later; share of the step before");
        if (Math.Abs(fit.Share) <= Clear) return JudgeConsistency(Math.Abs(fit.Share), Half, figures, what);
        if (Math.Abs(fit.Share - 1) <= Clear && fit.Before < fit.Here)
            return JudgeConsistency(fit.Share, Half, figures, what) with
            {
                Reason = $"{what} is {FormattableString.Invariant($"{fit.Share:G3}")}: each preconditioner was recorded before its step took its own "
                    + "gradient in, so it is that of the step before; record 1/(sqrt(v̂) + ε) of the step that leaves the checkpoint",
            };
        return Result(Verdict.Undecided, FormattableString.Invariant($"{what} is {fit.Share:G3}: neither fits clearly")) with { Figures = figures };
    }
}
