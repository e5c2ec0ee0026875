using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Power;

/// <summary>Right numbers in a wrong place.</summary>
internal static class OrderCorruptions
{
    private static readonly string[] s_kernels = [TensorName.J_S, TensorName.J_Q];

    /// <summary>The recorded test outputs in another order of examples.</summary>
    public static CheckpointSequence TestRows(PowerSubject s)
    {
        int[] order = s.Draws(103).Permutation(s.Run.Test);
        return Edits.Each(s.Honest, (_, tensors) => Edits.Change(tensors, TensorName.U_Q, values => Edits.Rows(values, order)));
    }

    /// <summary>Everything of two neighbouring checkpoints but their times.</summary>
    public static CheckpointSequence Checkpoints(PowerSubject s) => Swapped(s, name => true);

    /// <summary>The Jacobians of two neighbouring checkpoints.</summary>
    public static CheckpointSequence Kernels(PowerSubject s) => Swapped(s, s_kernels.Contains);

    /// <summary>Every checkpoint has the Jacobians of the one before it.</summary>
    public static CheckpointSequence Late(PowerSubject s) => s.Stored(Edits.Each(s.Run, (k, tensors) =>
    {
        foreach (string name in s_kernels) tensors[name] = s.Run[Math.Max(0, k - 1)][name];
    }));

    private static CheckpointSequence Swapped(PowerSubject s, Func<string, bool> which) => s.Stored(s.Run.With(s.Run.Select((checkpoint, k) =>
    {
        int other = k == s.Middle ? k - 1 : k == s.Middle - 1 ? k + 1 : k;
        return checkpoint with { Tensors = checkpoint.Tensors.ToDictionary(t => t.Key, t => which(t.Key) ? s.Run[other][t.Key] : t.Value) };
    })));
}
