using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>Weight decay moves the parameters beside the gradient: only the recursion of recorded steps knows by how much, and a flow does not.</summary>
internal static class DecaySetting
{
    /// <summary>What of the weight decay lies outside the theory; null where there is none, or the recursion has it.</summary>
    /// <param name="checkpoints">The run or the window of it.</param>
    /// <param name="exact">Whether the recursion of the recorded steps is taken.</param>
    public static string? Obstacle(CheckpointSequence checkpoints, bool exact)
    {
        if (checkpoints.Optimizer is not { WeightDecay: > 0 } optimizer || exact) return null;
        var (possible, reason) = DescentSupport.Check(checkpoints);
        return FormattableString.Invariant($"the weight decay {optimizer.WeightDecay} moves the parameters beside the gradient, ")
            + (possible ? "which descent mode takes into account and a flow does not" : $"by an amount that is not known: {reason}");
    }
}
