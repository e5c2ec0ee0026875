using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>C2: g(t_k) = P(t_k,s) g(s) at every checkpoint, relative to ‖g(s)‖, the largest over checkpoints.</summary>
internal sealed class C02Transport() : Claim("C2", "transport", ClaimKind.Data)
{
    public override string Statement => "The propagator carries the start gradient to the gradient recorded at every checkpoint.";

    public override string Equation => "g(t_k) = P(t_k,s) g(s)";

    public override string Needs => "a start gradient that is not zero";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        double size = VectorMath.Norm(evidence.StartGradient);
        if (size == 0) return NotApplicable("g(s) is zero");
        var (predicted, recorded) = (evidence.Prediction.Gradients, evidence.Outputs.Gradients);
        double worst = predicted.Max(p => VectorMath.Distance(p.Value, recorded[p.Key])) / size;
        double integration = evidence.Errors.Transport;
        var noise = new StoredNoise(evidence);
        double stored = Enumerable.Range(0, recorded.Count).Max(k => noise.Gradient(k)) + noise.Gradient(0) * evidence.Growth
            + evidence.Outputs.Hessians.Max(b => b.NormBound()) * noise.CancelledTrain;
        var budget = evidence.Predictions.Budget(integration, noise.Predicted + stored / size, q => q.Transport,
            other => other.Gradients.Max(p => VectorMath.Distance(p.Value, predicted[p.Key])) / size, evidence.Truncation?.Transport / size);
        return JudgeData(evidence, worst, VectorRoutines.Correlation(predicted[recorded.Count - 1], recorded[^1]), budget);
    }
}
