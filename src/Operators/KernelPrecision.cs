namespace KernelFlow.Operators;

/// <summary>ε of kernels that were recorded as such: that of the coarsest type among the blocks in use, and of the arithmetic that formed them.</summary>
internal static class KernelPrecision
{
    private static readonly TensorName[] _own = [TensorName.K_SS, TensorName.K_QS];
    private static readonly TensorName[] _stepped = [.. _own, TensorName.K_SS_next, TensorName.K_QS_next];
    private static readonly TensorName[] _crossed = [.. _stepped, TensorName.K_SQ_next];
    private static readonly TensorName[] _middle = [.. _stepped, TensorName.K_SS_mid, TensorName.K_QS_mid];

    /// <summary>For an interpolant; with cross blocks when J is what is interpolated.</summary>
    public static double OfInterpolant(CheckpointSequence checkpoints, bool crossed) => Of(checkpoints, crossed ? _crossed : _own);

    /// <summary>For the steps of descent; with midpoint blocks when they are used.</summary>
    public static double OfSteps(CheckpointSequence checkpoints, bool midpoints) => Of(checkpoints, midpoints ? _middle : _stepped);

    private static double Of(CheckpointSequence checkpoints, TensorName[] names) =>
        checkpoints.Max(c => Math.Max(OfProducts(c), names.Max(name => c.Find(name)?.Type.Epsilon() ?? 0)));

    /// <summary>ε of the arithmetic that formed the blocks of a checkpoint, where it is recorded; otherwise 0.</summary>
    public static double OfProducts(Checkpoint checkpoint) => checkpoint.Find(TensorName.ProductEpsilon)?.ReadAll()[0] ?? 0;
}
