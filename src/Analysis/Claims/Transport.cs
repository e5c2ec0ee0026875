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
        var predicted = c.Propagation.Transported;
        double worst = 0;
        for (int k = 1; k < predicted.Count; k++) worst = Math.Max(worst, VectorMath.Distance(predicted[k], c.Outputs.Gradients[k]) / size);
        double? interpolation = null;
        if (c.Sparse is { } s)
        {
            interpolation = 0;
            for (int i = 1; i < s.Kept.Count; i++)
                interpolation = Math.Max(interpolation.Value, VectorMath.Distance(predicted[s.Kept[i]], s.Propagation.Transported[i]) / s.Divisor / size);
        }
        var budget = DataClaim.Budget(c.Propagation.Error.P * c.Propagation.P.FrobeniusNorm(), interpolation, c.RelativeRounding);
        return DataClaim.Judge(id, name, worst, VectorMath.Correlation(predicted[^1], c.Outputs.Gradients[^1]), budget, c.Options.Tolerance);
    }
}
