namespace KernelFlow.Operators;

/// <summary>How much a pass over factors may hold.</summary>
/// <param name="Bytes">Of factors: those of all examples where they are no more, else of two tiles of examples, or of two single examples if these are
/// more.</param>
/// <param name="Rows">Rows of J in one tile: the product of two tiles is held beside the factors, 32 MB at 2048 rows.</param>
internal readonly record struct FactorLimits(long Bytes, int Rows)
{
    public static FactorLimits Default { get; } = new(32L << 20, 2048);

    /// <summary>Examples of a tile.</summary>
    public int Examples(JacobianLayer layer, int outputs, int checkpoints) =>
        (int)Math.Clamp(Math.Min(Bytes / (2 * checkpoints * BytesOfExample(layer, outputs)), Rows / outputs), 1, int.MaxValue);

    /// <summary>Whether the factors of all examples are held.</summary>
    public bool HoldsAll(JacobianLayer layer, CheckpointSequence run, int checkpoints) =>
        BytesOfExample(layer, run.Outputs) * checkpoints * (run.Train + run.Test) <= Bytes;

    private static double BytesOfExample(JacobianLayer layer, int outputs) => 8.0 * LayerBlock.Numbers(layer, outputs);
}
