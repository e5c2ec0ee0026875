namespace KernelFlow.Analysis.Claims;

/// <summary>C1: Φ(T) − Φ(s) = −g(s)ᵀ W_S g(s).</summary>
internal sealed class C01Dissipation() : Claim("C1", "dissipation", ClaimKind.Data)
{
    public override string Statement => "The training loss falls by the energy of the start gradient that the window dissipates.";

    public override string Equation => "Φ(T) − Φ(s) = −g(s)ᵀ W_S g(s)";

    public override string Needs => "a loss formula or recorded losses, and a loss that changed";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        if (evidence.Outputs.Losses[0] is not { } start || evidence.Outputs.Losses[^1] is not { } end)
            return NotApplicable("the run has neither a loss formula nor recorded losses");
        double change = end - start, scale = Math.Abs(change);
        if (scale == 0) return NotApplicable("the loss did not change");
        double gradient = VectorMath.Norm(evidence.StartGradient), predicted = evidence.Prediction.LossChange;
        double integration = evidence.Errors.Dissipation * gradient * gradient / scale;
        var noise = new StoredNoise(evidence);
        double response = evidence.Errors.DissipationSlope * noise.Gradient(0);
        double rounding = (noise.Predicted * Math.Abs(predicted) + noise.Loss(0) + noise.Loss(^1) + response + noise.CancelledLoss) / scale;
        var budget = evidence.Predictions.Budget(integration, rounding, q => q.Dissipation, other => Math.Abs(other.LossChange - predicted) / scale,
            evidence.Truncation?.Dissipation / scale);
        return JudgeData(evidence, Math.Abs(predicted - change) / scale, null, budget);
    }
}
