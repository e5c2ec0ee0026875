namespace KernelFlow.Validation.Power;

/// <summary>One thing that can be wrong with a recording.</summary>
/// <param name="Name">What is wrong, in words.</param>
/// <param name="Groups">The recordings that it can happen to.</param>
/// <param name="Apply">Makes the spoilt recording in its stored form; null where this recording cannot be spoilt so.</param>
internal sealed record Corruption(string Name, IReadOnlyList<PowerGroup> Groups, Func<PowerSubject, CheckpointSequence?> Apply);
