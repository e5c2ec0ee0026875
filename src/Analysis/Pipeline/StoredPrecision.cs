namespace KernelFlow.Analysis;

/// <summary>ε of the number types a run is stored in, for each kind of record apart: outputs in float64 are not made worse by Jacobians in float32.</summary>
/// <param name="Train">ε of U_S.</param>
/// <param name="Test">ε of U_Q.</param>
/// <param name="Kernels">ε of all that steps and flow are predicted from: Jacobians or kernel blocks, what the blocks are products of, and the products.</param>
/// <param name="Loss">ε of the recorded loss; null where it was computed from the outputs.</param>
/// <param name="Gradient">ε of the recorded g, which counts where the loss has no formula.</param>
internal sealed record StoredPrecision(double Train, double Test, double Kernels, double? Loss, double Gradient)
{
    /// <summary>Of a run: the coarsest type of each kind that a checkpoint has.</summary>
    public static StoredPrecision Of(CheckpointSequence checkpoints)
    {
        double Coarsest(Func<TensorName, bool> which) => checkpoints.SelectMany(c => c.Tensors)
            .Where(t => TensorName.Find(t.Key) is { } name && which(name)).Select(t => t.Value.Type.Epsilon()).DefaultIfEmpty(0).Max();
        double stated = checkpoints.Max(c => Math.Max(Stated(c, TensorName.KernelEpsilon), Stated(c, TensorName.ProductEpsilon)));
        double kernels = Math.Max(Coarsest(t => t.Group != TensorGroup.Outputs && StudiedWindow.IsUsed(t, checkpoints.Optimizer)), stated);
        bool recorded = checkpoints.All(c => c.Find(TensorName.Loss) is not null);
        return new StoredPrecision(Coarsest(t => t == TensorName.U_S), Coarsest(t => t == TensorName.U_Q), kernels,
            recorded ? Coarsest(t => t == TensorName.Loss) : null, Coarsest(t => t == TensorName.g));
    }

    // What a recording says of what its blocks were made from.
    private static double Stated(Checkpoint checkpoint, TensorName name) => checkpoint.Find(name)?.ReadAll()[0] ?? 0;
}
