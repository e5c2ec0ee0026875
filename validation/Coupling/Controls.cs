using KernelFlow.Numerics;

namespace KernelFlow.Validation.Coupling;

/// <summary>Recordings spoilt on purpose, in one respect each: the same analysis of them must fail.</summary>
internal static class Controls
{
    /// <summary>The Jacobians of a checkpoint, each with the one that takes its place where the kernel stands still.</summary>
    private static readonly (string Name, string Start)[] s_jacobians = [(TensorName.J_S, TensorName.J_S), (TensorName.J_Q, TensorName.J_Q),
        (TensorName.J_S_mid, TensorName.J_S), (TensorName.J_Q_mid, TensorName.J_Q)];

    /// <summary>No propagator: with B = 0 nothing turns the gradient, so P = I and the prediction is −∫K_QS g(s) dτ.</summary>
    public static CheckpointSequence WithoutPropagator(CheckpointSequence run)
    {
        int n = run.Train, p = run.Outputs;
        var zero = new MemoryTensor(TensorName.B, new double[n * p * p], n, p, p);
        return Edit(run, LossModel.Custom(n, p, run.Loss.IsSum), (_, tensors) => tensors[TensorName.B] = zero);
    }

    /// <summary>The kernel of s throughout: what a network would do whose features stood still.</summary>
    public static CheckpointSequence Frozen(CheckpointSequence run) => Edit(run, run.Loss, (_, tensors) =>
    {
        foreach (var (name, start) in s_jacobians.Where(j => tensors.ContainsKey(j.Name))) tensors[name] = Renamed(run[0][start], name);
    });

    /// <summary>The test Jacobians of another network: same data, same training, other initial weights.</summary>
    /// <param name="run">The recorded run.</param>
    /// <param name="recording">How it was made.</param>
    /// <param name="seed">Of the other initial weights.</param>
    /// <param name="backend">The dense linear algebra to train with.</param>
    /// <param name="cancellation">Checked before every step.</param>
    public static CheckpointSequence WithForeignTestJacobian(CheckpointSequence run, RecordingOptions recording, long seed,
        Backend backend, CancellationToken cancellation)
    {
        var foreign = new ForeignNetwork(recording, seed, backend);
        return Edit(run, run.Loss, (checkpoint, tensors) =>
        {
            foreign.AdvanceTo(checkpoint.Step, cancellation);
            tensors[TensorName.J_Q] = foreign.TestJacobian(TensorName.J_Q, middle: false);
            if (tensors.ContainsKey(TensorName.J_Q_mid)) tensors[TensorName.J_Q_mid] = foreign.TestJacobian(TensorName.J_Q_mid, middle: true);
        });
    }

    private static CheckpointSequence Edit(CheckpointSequence run, LossModel loss, Action<Checkpoint, Dictionary<string, TensorSource>> edit) =>
        new(run.Select(checkpoint =>
        {
            var tensors = checkpoint.Tensors.ToDictionary();
            edit(checkpoint, tensors);
            return checkpoint with { Tensors = tensors };
        }), loss) { Optimizer = run.Optimizer, RunTensors = run.RunTensors };

    private static MemoryTensor Renamed(TensorSource tensor, string name) => new(name, Array.ConvertAll(tensor.ReadAll(), v => (float)v), [.. tensor.Shape]);
}
