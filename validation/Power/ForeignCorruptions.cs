using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Coupling;

namespace KernelFlow.Validation.Power;

/// <summary>Kernels of a training from other initial weights: same data, same network, same steps.</summary>
internal static class ForeignCorruptions
{
    private const long OtherWeights = 500_000_000;

    private static readonly string[] s_blocks = [TensorName.K_QS, TensorName.K_QS_next, TensorName.K_SQ_next, TensorName.K_QS_mid];

    /// <summary>J_Q of the other training; null where that one is not trained by gradient descent, or diverges.</summary>
    public static CheckpointSequence? Jacobians(PowerSubject s)
    {
        if (Foreign(s) is not { } foreign) return null;
        return s.Stored(Edits.Each(s.Run, (k, tensors) =>
        {
            foreach (string name in (string[])[TensorName.J_Q, TensorName.J_Q_mid])
                if (tensors.ContainsKey(name)) tensors[name] = foreign[k][name];
        }));
    }

    /// <summary>The products of test and training rows of the other training, the other blocks as they were.</summary>
    public static CheckpointSequence? Blocks(PowerSubject s)
    {
        if (Foreign(s) is not { } foreign) return null;
        var blocks = s.Stored(foreign);
        return Edits.Each(s.Honest, (k, tensors) =>
        {
            foreach (string name in s_blocks)
                if (tensors.ContainsKey(name)) tensors[name] = blocks[k][name];
        });
    }

    private static CheckpointSequence? Foreign(PowerSubject s)
    {
        var options = s.Recording.Options;
        if (options.Optimizer != OptimizerKind.GradientDescent) return null;
        var network = new ForeignNetwork(options, options.Seed + OtherWeights, s.Backend);
        var run = Edits.Each(s.Run, (k, tensors) =>
        {
            network.AdvanceTo(s.Run[k].Step, s.Cancellation);
            tensors[TensorName.J_S] = network.FullJacobian(TensorName.J_S, train: true, middle: false);
            tensors[TensorName.J_Q] = network.FullJacobian(TensorName.J_Q, train: false, middle: false);
            if (tensors.ContainsKey(TensorName.J_Q_mid)) tensors[TensorName.J_Q_mid] = network.FullJacobian(TensorName.J_Q_mid, train: false, middle: true);
        });
        return network.IsFinite ? run : null;
    }
}
