namespace KernelFlow.Validation.Power;

/// <summary>What the power study does to recordings.</summary>
internal static class Corruptions
{
    private static readonly PowerGroup[] s_jacobians = [PowerGroup.Flow, PowerGroup.Midpoints], s_blocks = [PowerGroup.KernelBlocks],
        s_all = [PowerGroup.Flow, PowerGroup.Midpoints, PowerGroup.KernelBlocks];

    /// <summary>Nothing: what is seen of it is a false alarm.</summary>
    public static Corruption None { get; } = new("nothing", s_all, s => s.Honest);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Corruption> All { get; } =
    [
        new("J_Q times 1.05", s_jacobians, s => KernelCorruptions.ScaledTest(s, 1.05)),
        new("K_QS times 1.02", s_blocks, s => KernelCorruptions.ScaledBlocks(s, 1.02)),
        new("K_QS times 1.05", s_blocks, s => KernelCorruptions.ScaledBlocks(s, 1.05)),
        new("learning rate 5 % off", s_all, s => ClockCorruptions.LearningRate(s, 1.05)),
        new("learning rate 20 % off", s_all, s => ClockCorruptions.LearningRate(s, 1.2)),
        new("J_Q of another training", s_jacobians, ForeignCorruptions.Jacobians),
        new("K_QS of another training", s_blocks, ForeignCorruptions.Blocks),
        new("biases missing", s_all, KernelCorruptions.WithoutBiases),
        new("wrong loss", s_all, s => LossCorruptions.Kind(s, keepLoss: true)),
        new("wrong reduction", s_all, s => LossCorruptions.Reduction(s, keepLoss: true)),
        new("labels shuffled", s_all, s => LossCorruptions.Labels(s, keepLoss: true)),
        new("test rows shuffled", s_all, OrderCorruptions.TestRows),
        new("checkpoints swapped", s_all, OrderCorruptions.Checkpoints),
        new("only J swapped", s_all, OrderCorruptions.Kernels),
        new("one J is noise", s_all, s => KernelCorruptions.Noise(s, keep: 0, share: 1)),
        new("one J with 10 % noise", s_all, s => KernelCorruptions.Noise(s, keep: 1, share: 0.1)),
        new("J one checkpoint late", s_all, OrderCorruptions.Late),
        new("one time 30 % off", s_all, ClockCorruptions.OneTime),
        new("wrong loss, no loss recorded", s_all, s => LossCorruptions.Kind(s, keepLoss: false)),
        new("wrong reduction, no loss recorded", s_all, s => LossCorruptions.Reduction(s, keepLoss: false)),
        new("labels shuffled, no loss recorded", s_all, s => LossCorruptions.Labels(s, keepLoss: false)),
        new("one label wrong, no loss recorded", s_all, LossCorruptions.OneLabel),
        new("J_S times 1.05", s_jacobians, s => KernelCorruptions.ScaledTrain(s, 1.05)),
        new("J_Q of one example is another's", s_jacobians, KernelCorruptions.OneRow),
    ];
}
