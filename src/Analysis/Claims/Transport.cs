using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>C2: g(t_k) = P(t_k,s) g(s) at every checkpoint, relative to ‖g(s)‖, the largest over checkpoints.</summary>
internal static class Transport
{
    public static ClaimResult Check(ClaimContext c)
    {
        const string id = "C2", name = "transport";
        double[] g = c.StartGradient;
        double size = VectorMath.Norm(g);
        if (size == 0) return DataClaim.NotApplicable(id, name, "g(s) is zero");
        var predicted = c.Predictions.Main.Gradients;
        double worst = predicted.Max(p => VectorMath.Distance(p.Value, c.Outputs.Gradients[p.Key])) / size;
        var budget = c.Predictions.Budget(c.Propagation.Error.P * MatrixNorms.Frobenius(c.Propagation.P), c.RelativeRounding, q => q.Transport,
            other => other.Gradients.Max(p => VectorMath.Distance(p.Value, predicted[p.Key])) / size);
        return DataClaim.Judge(c, id, name, worst, VectorMath.Correlation(predicted[c.Outputs.Times.Count - 1], c.Outputs.Gradients[^1]), budget);
    }
}
