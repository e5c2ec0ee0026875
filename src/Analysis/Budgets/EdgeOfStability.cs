namespace KernelFlow.Analysis.Budgets;

/// <summary>Where steps of gradient descent are past the edge of stability at a recorded checkpoint, what they do between checkpoints cannot be had from
/// any interpolant: they swing, and the swings turn the kernel back.</summary>
internal static class EdgeOfStability
{
    private const double Edge = 2;

    // From here on what is left of a swing after each step, z − 1, is more than half of it.
    private const double Swinging = 1.6;

    /// <summary>Why sparse recordings of such steps decide nothing; null where all checkpoints are before the edge, or the steps are not known.</summary>
    public static string? Reason(AnalysisInput input)
    {
        foreach (var (k, z) in AtCheckpoints(input))
            if (z > Edge)
                return FormattableString.Invariant($"past the edge of stability: z = η·λ_max(BK) = {z:G3} at checkpoint {k} (edge {Edge}), where steps swing ")
                    + "between the checkpoints; record every step";
        return null;
    }

    /// <summary>Whether steps swing at a checkpoint, though not past the edge: what they do between checkpoints is known less well than a path that is gone
    /// through in one direction.</summary>
    public static bool IsNear(AnalysisInput input) => AtCheckpoints(input).Any(c => c.Z > Swinging);

    // z by checkpoint; none where the steps are not known.
    private static IEnumerable<(int Checkpoint, double Z)> AtCheckpoints(AnalysisInput input)
    {
        var checkpoints = input.Checkpoints;
        if (checkpoints.Optimizer is not { IsPlainDescent: true }) yield break;
        for (int k = 0; k < checkpoints.Count; k++)
        {
            int next = Math.Min(k + 1, checkpoints.Count - 1);
            double steps = checkpoints[next].Step - checkpoints[next - 1].Step;
            if (steps <= 0) yield break;
            yield return (k, (checkpoints[next].Time - checkpoints[next - 1].Time) / steps * input.Sharpness[k]);
        }
    }
}
