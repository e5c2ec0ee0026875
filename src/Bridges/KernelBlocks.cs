using KernelFlow.Files;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>Turns Jacobian checkpoints into kernel blocks: the parameters are gone, what analyses need of them stays.</summary>
/// <remarks>
/// What is written: K_SS, K_QS, K_QQ of every checkpoint; the cross blocks K_SS_next, K_QS_next, K_SQ_next, K_QQ_next with the checkpoint after it, which keep
/// linear-in-J interpolation and descent mode available; and K_SS_mid and K_QS_mid where midpoints were recorded. A preconditioner M is absorbed: blocks are
/// those of J√M, each Jacobian with the M of its own checkpoint and a midpoint with that of the step's start. Sums run over blocks of columns, in float64:
/// the blocks of two checkpoints are held at a time, whatever D is.
/// </remarks>
public static class KernelBlocks
{
    // All column blocks that are held at once have this many elements, which is about 32 MB.
    private const long ElementsHeld = 1 << 22;

    /// <summary>Converts a sequence and writes it as a run.</summary>
    /// <param name="checkpoints">A run with Jacobians.</param>
    /// <param name="folder">Where to write; new, empty or an earlier recording by this tool.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="metadata">Free-form facts for the manifest, usually those of the run.</param>
    /// <param name="overwrite">Also accept a folder that holds other files.</param>
    /// <param name="format">The format that the new run is to be opened with; null for <see cref="RunFormat.Default"/>. It must know the loss.</param>
    /// <param name="progress">Told the number of checkpoints written.</param>
    /// <param name="cancellation">Checked before every checkpoint; completed ones stay.</param>
    /// <exception cref="InvalidRunException">The run has kernel blocks already, or its values are not finite.</exception>
    /// <exception cref="FolderInUseException">Another process records into the folder.</exception>
    /// <exception cref="IOException">The folder holds something this tool did not write, or cannot be written.</exception>
    public static void Convert(
        CheckpointSequence checkpoints, string folder, Backend backend, IReadOnlyDictionary<string, string>? metadata = null, bool overwrite = false,
        IProgress<int>? progress = null, CancellationToken cancellation = default, RunFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(checkpoints);
        RequireJacobians(checkpoints[0]);
        DenseLimit.Require(checkpoints);
        ConvertedRun.Write(checkpoints, Convert(checkpoints, backend), null, folder, new ConvertedRunOptions(metadata, overwrite, format), progress,
            cancellation);
    }

    /// <summary>Converts checkpoint by checkpoint, reading one ahead.</summary>
    /// <param name="checkpoints">Checkpoints with Jacobians, in order.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <exception cref="InvalidRunException">A checkpoint has no Jacobians.</exception>
    public static IEnumerable<Checkpoint> Convert(IEnumerable<Checkpoint> checkpoints, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(backend);
        return ConvertEach(checkpoints, backend);
    }

    private static IEnumerable<Checkpoint> ConvertEach(IEnumerable<Checkpoint> checkpoints, Backend backend)
    {
        Checkpoint? current = null;
        foreach (var next in checkpoints)
        {
            if (next is null) throw new ArgumentException("A checkpoint is null.", nameof(checkpoints));
            RequireJacobians(next);
            if (current is not null) yield return Blocks(current, next, backend);
            current = next;
        }
        if (current is not null) yield return Blocks(current, null, backend);
    }

    private static void RequireJacobians(Checkpoint checkpoint)
    {
        if (!checkpoint.HasJacobians)
            throw new InvalidRunException($"{checkpoint.Location}: found kernel blocks, expected Jacobians J_S and J_Q to make kernel blocks from.");
    }

    private static Checkpoint Blocks(Checkpoint current, Checkpoint? next, Backend backend)
    {
        int N = ArraySize.Of(current[TensorName.U_S].Count, 1), M = ArraySize.Of(current[TensorName.U_Q].Count, 1);
        JacobianBlock train = new(current, TensorName.J_S, N), test = new(current, TensorName.J_Q, M);
        List<JacobianBlock> factors = [train, test];
        List<Product> products = [new(TensorName.K_SS, train, train), new(TensorName.K_QS, test, train), new(TensorName.K_QQ, test, test)];
        if (next is not null)
        {
            JacobianBlock nextTrain = new(next, TensorName.J_S, N), nextTest = new(next, TensorName.J_Q, M);
            factors.AddRange([nextTrain, nextTest]);
            products.AddRange([new(TensorName.K_SS_next, nextTrain, train), new(TensorName.K_QS_next, nextTest, train)]);
            products.AddRange([new(TensorName.K_SQ_next, nextTrain, test), new(TensorName.K_QQ_next, nextTest, test)]);
        }
        if (current.Find(TensorName.J_S_mid) is not null && current.Find(TensorName.J_Q_mid) is not null)
        {
            JacobianBlock middleTrain = new(current, TensorName.J_S_mid, N), middleTest = new(current, TensorName.J_Q_mid, M);
            factors.AddRange([middleTrain, middleTest]);
            products.AddRange([new(TensorName.K_SS_mid, middleTrain, train), new(TensorName.K_QS_mid, middleTest, train)]);
        }

        long columns = current[TensorName.J_S].Shape[^1];
        int width = (int)Math.Clamp(ElementsHeld / factors.Sum(f => (long)f.Rows), 16, 4096);
        for (long first = 0; first < columns; first += width)
        {
            int count = (int)Math.Min(width, columns - first);
            foreach (var factor in factors) factor.Load(first, count);
            foreach (var product in products) product.Accumulate(backend);
        }
        // The products are float64, what they were made of may be coarser: claims against data are not better than that.
        var epsilon = new MemoryTensor(TensorName.KernelEpsilon, [factors.Max(f => f.Epsilon)]);
        var kept = current.Tensors.Values.Where(t => t.Name == TensorName.Sketch.Name
            || TensorName.Find(t.Name) is not { Group: TensorGroup.Jacobian or TensorGroup.Parameters });
        return new Checkpoint(current.Time, current.Step, [.. products.Select(p => p.Tensor), epsilon, .. kept]);
    }

    /// <summary>J_left J_rightᵀ, row-major [left, right], summed over column blocks.</summary>
    private sealed class Product(TensorName name, JacobianBlock left, JacobianBlock right)
    {
        private readonly double[] _values = new double[ArraySize.Of(left.Rows, right.Rows)];

        public MemoryTensor Tensor => new(name, _values, left.Rows, right.Rows);

        public void Accumulate(Backend backend)
        {
            // Row-major [left, right] is column-major right × left.
            var result = new MatrixView(_values, right.Rows, left.Rows);
            if (left == right) backend.Syrk(Op.Transpose, 1, left.Block, 1, result);
            else backend.Gemm(Op.Transpose, Op.None, 1, right.Block, left.Block, 1, result);
        }
    }
}
