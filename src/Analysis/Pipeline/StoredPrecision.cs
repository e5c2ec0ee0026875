namespace KernelFlow.Analysis;

/// <summary>ε of the number types a run is stored in, for each kind of record apart: outputs in float64 are not made worse by Jacobians in float32.</summary>
/// <param name="Train">ε of U_S.</param>
/// <param name="Test">ε of U_Q.</param>
/// <param name="Kernels">ε of all that steps and flow are predicted from: Jacobians or kernel blocks, what the blocks are products of, and the
/// products.</param>
/// <param name="Loss">ε of the recorded loss; null where it was computed from the outputs.</param>
/// <param name="Gradient">ε of the recorded g, which counts where the loss has no formula.</param>
internal sealed record StoredPrecision(double Train, double Test, double Kernels, double? Loss, double Gradient)
{
    /// <summary>Of a run: the coarsest type of each kind that a checkpoint has.</summary>
    public static StoredPrecision Of(CheckpointSequence checkpoints)
    {
        double Coarse(Func<TensorName, bool> which) => checkpoints.SelectMany(c => c.Tensors)
            .Where(t => TensorName.Find(t.Key) is { } name && which(name)).Select(t => t.Value.Type.Epsilon()).DefaultIfEmpty(0).Max();
        double stated = checkpoints.Max(c => Math.Max(Stated(c, TensorName.KernelEpsilon), Stated(c, TensorName.ProductEpsilon)));
        double kernels = Math.Max(Coarse(t => t.Group != TensorGroup.Outputs && IsUsed(t, checkpoints.Optimizer)), stated);
        bool recorded = checkpoints.All(c => c.Find(TensorName.Loss) is not null);
        return new StoredPrecision(Coarse(t => t == TensorName.U_S), Coarse(t => t == TensorName.U_Q), kernels,
            recorded ? Coarse(t => t == TensorName.Loss) : null, Coarse(t => t == TensorName.g));
    }

    /// <summary>ε of the coarsest number type the data are stored in, or were made from.</summary>
    public static double Coarsest(CheckpointSequence checkpoints) => checkpoints.SelectMany(c => c.Tensors)
        .Where(t => IsUsed(TensorName.Find(t.Key), checkpoints.Optimizer))
        .Select(t => t.Value.Type.Epsilon())
        .Concat(checkpoints.SelectMany(c => (TensorName[])[TensorName.KernelEpsilon, TensorName.ProductEpsilon], (c, name) => Stated(c, name)))
        .Max();

    // Steps are predicted from the preconditioner, too, where there is one, and from the parameters where these decay.
    private static bool IsUsed(TensorName? name, Optimizer? optimizer) => name is { BoundsAccuracy: true } || name == TensorName.Preconditioner
        || (name == TensorName.w && optimizer is { WeightDecay: > 0 });

    // What a recording says of what its blocks were made from.
    private static double Stated(Checkpoint checkpoint, TensorName name) => checkpoint.Find(name)?.ReadAll()[0] ?? 0;
}
