using KernelFlow.Operators;

namespace KernelFlow.Analysis.Claims;

/// <summary>Weight decay moves the parameters beside the gradient: only the recursion of recorded steps knows by how much, and a flow does not.</summary>
internal static class DecaySetting
{
    /// <summary>Why a claim against data does not apply; null where there is no decay, or the model knows its part.</summary>
    public static string? Obstacle(CheckpointSequence checkpoints, RunModel model)
    {
        if (checkpoints.Optimizer is not { WeightDecay: > 0 } optimizer || model is ExactDescentModel) return null;
        var (possible, reason) = DescentSupport.Check(checkpoints);
        return FormattableString.Invariant($"not the theory's setting: the weight decay {optimizer.WeightDecay} moves the parameters beside the gradient, ")
            + (possible ? "which descent mode takes into account and a flow does not" : $"by an amount that is not known: {reason}");
    }
}
