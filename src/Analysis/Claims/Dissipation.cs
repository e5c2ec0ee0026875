using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>C1: Φ(T) − Φ(s) = −g(s)ᵀ W_S g(s).</summary>
internal static class Dissipation
{
    public static ClaimResult Check(ClaimContext c)
    {
        const string id = "C1", name = "dissipation";
        if (c.Outputs.Losses[0] is not { } start || c.Outputs.Losses[^1] is not { } end) return DataClaim.NotApplicable(id, name, "the run has neither a loss formula nor recorded losses");
        double change = end - start, scale = Math.Abs(change);
        if (scale == 0) return DataClaim.NotApplicable(id, name, "the loss did not change");
        double[] g = c.StartGradient;
        double predicted = c.Predictions.Main.LossChange;
        double size = MatrixNorms.Frobenius(c.Propagation.W_S) * VectorMath.Norm(g) * VectorMath.Norm(g);
        var budget = c.Predictions.Budget(c.Propagation.Error.W * size / scale, (c.RelativeRounding * Math.Abs(predicted) + c.StoredEpsilon * Math.Abs(start)) / scale,
            q => q.Dissipation, other => Math.Abs(other.LossChange - predicted) / scale);
        return DataClaim.Judge(c, id, name, Math.Abs(predicted - change) / scale, null, budget);
    }
}
