namespace KernelFlow.Analysis.Claims;

/// <summary>R12: gradient descent cannot have taken steps that rounding alone would have blown up.</summary>
/// <remarks>
/// Where z = η λ_max(B K_SS) stays above 2, what there is of the stiffest mode grows by z − 1 in every step, and rounding puts ε of it there. Trainings do
/// linger about z = 2, and single steps may go far past it, so only what exceeds 4 at both ends of an interval counts: with E = Σ n ln((z − 1)/3) over the
/// steps n of such intervals, rounding grows to ε·e^E at least. More than the recorded gradients grew by the margin means that rates, kernels, or the loss
/// are not those of the training. The margin, 60, is ln(1/ε) = 36 and 24 more for kernels that turn.
/// </remarks>
internal sealed class R12StableSteps() : Claim("R12", "stable steps", ClaimKind.Consistency)
{
    private const double Threshold = 4, Margin = 60;

    public override string Statement => "The recorded steps are not so far past the edge of stability that rounding alone would have blown them up.";

    public override string Equation => "Σ ln((z − 1)/3) over the steps with z > 4 is at most ln(max ‖g(t_k)‖/‖g(s)‖) + 60, z = η λ_max(B K_SS)";

    public override string Needs => "gradient descent on all examples with step numbers that increase";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        var c = evidence.Checkpoints;
        if (c.Optimizer is not { } optimizer) return NotApplicable("the optimizer is not stated");
        if (optimizer.IsFlow) return NotApplicable("the run follows the continuous flow: it has no steps");
        if (!optimizer.IsPlainDescent || c.Any(k => k.Find(TensorName.Batch) is { } batch && batch.Count < c.Train))
            return NotApplicable("steps of minibatches or with a memory have other edges of stability");
        for (int k = 1; k < c.Count; k++)
            if (c[k].Step <= c[k - 1].Step) return NotApplicable("the step numbers do not increase");
        double start = VectorMath.Norm(evidence.StartGradient), largest = evidence.Outputs.Gradients.Max(g => VectorMath.Norm(g));
        if (start == 0) return NotApplicable("g(s) is zero");

        var sharpness = evidence.Input.Sharpness;
        double growth = 0, peak = 0;
        for (int k = 0; k + 1 < c.Count; k++)
        {
            long steps = c[k + 1].Step - c[k].Step;
            double z = (c[k + 1].Time - c[k].Time) / steps * Math.Min(sharpness[k], sharpness[k + 1]);
            peak = Math.Max(peak, z);
            if (z > Threshold) growth += steps * Math.Log((z - 1) / (Threshold - 1));
        }
        return JudgeConsistency(growth, Math.Log(largest / start) + Margin, [new("largest z", peak)],
            FormattableString.Invariant($"z up to {peak:G3} over whole intervals, edge 2; logarithm of what rounding would have grown by"));
    }
}
