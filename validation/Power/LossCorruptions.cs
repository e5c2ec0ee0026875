using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Power;

/// <summary>Wrong losses and labels. The recorded loss, where it is kept, is the right one of what was trained.</summary>
internal static class LossCorruptions
{
    /// <summary>Another loss of the same targets: logistic or cross-entropy for squared, squared for the others.</summary>
    public static CheckpointSequence? Kind(PowerSubject s, bool keepLoss)
    {
        double[] targets = s.Run.Loss.Targets.ToArray();
        int p = s.Run.Outputs;
        var loss = s.Recording.Options.Loss switch
        {
            LossKind.Squared when p == 1 => LossModel.Logistic(targets),
            LossKind.Squared => LossModel.SoftmaxCrossEntropy(targets, p),
            _ => LossModel.Squared(targets, p),
        };
        return Relabelled(s, loss, keepLoss);
    }

    /// <summary>Sum for mean.</summary>
    public static CheckpointSequence Reduction(PowerSubject s, bool keepLoss) => Relabelled(s, Loss(s, s.Run.Loss.Targets.ToArray(), sum: true), keepLoss);

    /// <summary>The targets of the training examples in another order; null where that changes none.</summary>
    public static CheckpointSequence? Labels(PowerSubject s, bool keepLoss)
    {
        double[] targets = s.Run.Loss.Targets.ToArray(), shuffled = Edits.Rows(targets, s.Draws(102).Permutation(s.Run.Train));
        return shuffled.SequenceEqual(targets) ? null : Relabelled(s, Loss(s, shuffled, sum: false), keepLoss);
    }

    /// <summary>The target of the first training example is another class.</summary>
    public static CheckpointSequence OneLabel(PowerSubject s)
    {
        double[] targets = s.Run.Loss.Targets.ToArray();
        int p = s.Run.Outputs;
        if (p == 1) targets[0] = -targets[0];
        else (targets[0], targets[1], targets[p - 1]) = p == 2 ? (targets[1], targets[0], targets[0]) : (targets[1], targets[2], targets[0]);
        return Relabelled(s, Loss(s, targets, sum: false), keepLoss: false);
    }

    private static LossModel Loss(PowerSubject s, double[] targets, bool sum) => s.Recording.Options.Loss switch
    {
        LossKind.Squared => LossModel.Squared(targets, s.Run.Outputs, sum),
        LossKind.SoftmaxCrossEntropy => LossModel.SoftmaxCrossEntropy(targets, s.Run.Outputs, sum),
        _ => LossModel.Logistic(targets, sum),
    };

    private static CheckpointSequence Relabelled(PowerSubject s, LossModel loss, bool keepLoss)
    {
        var honest = s.Honest;
        return Edits.Each(honest, (_, tensors) =>
        {
            if (!keepLoss) tensors.Remove(TensorName.Loss);
        }, loss);
    }
}
