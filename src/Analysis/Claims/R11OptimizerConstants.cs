using KernelFlow.Analysis.Consistency;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Claims;

/// <summary>R11: the steps have the memory that the optimizer's constants say.</summary>
internal sealed class R11OptimizerConstants() : RecordingClaim("R11", "optimizer constants")
{
    // Another coefficient is the cause only where it explains the steps far better than the stated one.
    private const double Better = 3;

    public override string Statement => "The steps remember earlier gradients as the stated constants of the optimizer say.";

    public override string Equation => "U_S(t_{k+1}) − U_S(t_k) = −f_k J̄_S M_k Z_k(μ) with the stated μ (Adam: β₁; gradient descent: 0)";

    public override string Needs => "every step from step 0 of gradient descent, momentum or Adam, and Jacobians";

    protected override ClaimResult Judge(CheckpointSequence run, OutputRecord outputs, Backend backend, CancellationToken cancellation)
    {
        if (!run.HasJacobians) return NotApplicable("kernel blocks were recorded: the buffer of earlier gradients cannot be rebuilt from them");
        if (TheorySetting.Outside(run) is { } outside) return NotApplicable($"the steps are not those of a known recursion: {outside}");
        var (possible, reason) = DescentSupport.Check(run);
        if (!possible) return NotApplicable(reason);
        if (run[0].Step != 0) return NotApplicable("the recording does not begin at step 0");
        if (run.Optimizer!.Rule is { NeedsPreconditioner: false } && run[0].Find(TensorName.Preconditioner) is not null)
            return NotApplicable("a preconditioner was recorded for an optimizer that has none");
        if (ConstantFit.Of(run, outputs, backend, cancellation) is not { } fit) return NotApplicable("too few steps, or an optimizer without such a constant");
        ClaimFigure[] figures =
        [
            new("stated", fit.Stated), new("found", fit.Found), new("error as stated", fit.ErrorStated), new("error as found", fit.ErrorFound),
            new("steps", fit.Steps),
        ];
        double better = Math.Abs(fit.Found - fit.Stated) <= ConstantFit.Resolution ? 1 : fit.ErrorStated / fit.ErrorFound;
        string what = FormattableString.Invariant($"over {fit.Steps} steps {fit.Key} {fit.Stated:G3} explains the movement of U_S to {fit.ErrorStated:G3}");
        var result = JudgeConsistency(better, Better, figures, $"{what}; how much better another one does");
        return result.Verdict != Verdict.Violated ? result : result with
        {
            Reason = what + FormattableString.Invariant($", and {fit.Key} {fit.Found:G3} to {fit.ErrorFound:G3}: the training had that one"),
        };
    }
}
