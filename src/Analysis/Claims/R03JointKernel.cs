using KernelFlow.Analysis.Consistency;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>R3: [[K_SS, K_SQ], [K_QS, K_QQ]] is a Gram matrix.</summary>
internal sealed class R03JointKernel() : RecordingClaim("R3", "joint kernel")
{
    public override string Statement => "At every checkpoint the recorded kernel blocks are products of one pair of Jacobians.";

    public override string Equation => "[[K_SS, K_SQ], [K_QS, K_QQ]] ⪰ −c (N + M) ε λ_max";

    public override string Needs => "kernel blocks with K_QQ in every checkpoint";

    protected override ClaimResult CheckCore(ClaimEvidence evidence) =>
        Judge(evidence.Checkpoints, evidence.Backend, CancellationToken.None, evidence.Input.Cache);

    protected override ClaimResult Judge(CheckpointSequence run, OutputRecord outputs, Backend backend, CancellationToken cancellation) =>
        Judge(run, backend, cancellation, null);

    private ClaimResult Judge(CheckpointSequence run, Backend backend, CancellationToken cancellation, Cache.RunCache? cache)
    {
        if (run.HasJacobians) return NotApplicable("Jacobians were recorded: their products are positive semidefinite whatever they are");
        if (run.Any(c => c.Find(TensorName.K_QQ) is null)) return NotApplicable("K_QQ was not recorded");
        var found = Cache.Memo.Vectors(cache, c => c.WholeKey("joint-kernel"), () =>
        {
            var (w, f) = JointKernel.Check(run, backend, cancellation);
            return [[w.Checkpoint, w.Smallest, w.Limit, f]];
        })![0];
        var (worst, failing) = (new JointKernelResult((int)found[0], found[1], found[2]), (int)found[3]);
        ClaimFigure[] figures =
        [
            new("smallest", worst.Smallest), new("checkpoint", worst.Checkpoint), new(WellKnownFigures.WorstCheckpoint, worst.Checkpoint),
            new("failing checkpoints", failing),
        ];
        string what = FormattableString.Invariant($"checkpoint {worst.Checkpoint}: smallest eigenvalue {worst.Smallest:G3} of the largest");
        var result = JudgeConsistency(Math.Max(0, -worst.Smallest), worst.Limit, figures, what);
        return result.Verdict != Verdict.Violated ? result : result with
        {
            Reason = FormattableString.Invariant($"{what}, rounding explains -{worst.Limit:G2}; in {failing} of {run.Count} checkpoints the blocks are not ")
                + "products of one pair of Jacobians: K_QS may be scaled, of another network or of other rows, or (products formed in a coarser type) "
                + "product_epsilon is missing",
        };
    }
}
