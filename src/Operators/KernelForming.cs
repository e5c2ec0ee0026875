using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>How kernels are formed from Jacobians: in blocks of how many rows, and where blocks are kept.</summary>
/// <param name="Rows">Rows of a block. Kernels agree to rounding whatever it is, and to the last bit where it is the same.</param>
/// <param name="Store">Where blocks are that were formed before, and where others are put; null for none.</param>
public sealed record KernelForming(int Rows, KernelStore? Store = null)
{
    /// <summary>Kernels of at most so many training and test outputs are formed in one go.</summary>
    public const int DefaultRows = 2048;

    /// <summary>Parts of the run, from checkpoint to checkpoint, whose own thinned grids will be asked for (<see cref="TrajectoryBuilder.Part"/>).</summary>
    public IReadOnlyList<(int First, int Last)> Windows { get; init; } = [];

    /// <summary>In blocks of <see cref="DefaultRows"/>, and not kept.</summary>
    public static KernelForming Default { get; } = new(DefaultRows);

    /// <summary>Rows of a block for a run: all where layers are multiplied by their factors, whose products take seconds.</summary>
    internal int RowsFor(CheckpointSequence checkpoints) => FactorPass.Of(checkpoints, [0]) is null ? Rows : int.MaxValue;
}

/// <summary>Some rows of the product of two checkpoints, as the pass over the Jacobians forms them.</summary>
/// <param name="A">Index of the earlier checkpoint.</param>
/// <param name="B">Index of the later one, or the same.</param>
/// <param name="Block">Which block of rows.</param>
public readonly record struct KernelPart(int A, int B, int Block);

/// <summary>Where parts of kernels are kept between processes.</summary>
public abstract class KernelStore
{
    /// <summary>Fills matrices with a part that is kept.</summary>
    /// <param name="part">Which part.</param>
    /// <param name="into">Its matrices, always in the same order and of the same shapes; some may be empty.</param>
    /// <returns>False where it is not kept, or not sound: it is formed then, and the matrices are as they were.</returns>
    public abstract bool TryRead(KernelPart part, IReadOnlyList<MatrixView> into);

    /// <summary>Keeps a part that was formed.</summary>
    /// <param name="part">Which part.</param>
    /// <param name="matrices">Its matrices.</param>
    public abstract void Write(KernelPart part, IReadOnlyList<MatrixView> matrices);
}
