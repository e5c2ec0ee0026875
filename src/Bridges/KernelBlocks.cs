using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>Turns Jacobian checkpoints into kernel blocks: the parameters are gone, what analyses need of them stays.</summary>
/// <remarks>
/// K_SS, K_QS, K_QQ of every checkpoint, the cross blocks K_SS_next, K_QS_next, K_SQ_next, K_QQ_next with the checkpoint after it (they keep linear-in-J
/// interpolation and descent mode available) and, where midpoints were recorded, K_SS_mid and K_QS_mid. A preconditioner M is absorbed: blocks are those of
/// J√M, each Jacobian with the M of its own checkpoint (a midpoint with that of the step's start). Sums run over blocks of columns, in float64: two checkpoints'
/// blocks are held at a time, whatever D is.
/// </remarks>
public static class KernelBlocks
{
    // Elements of all column blocks held at once: about 32 MB.
    private const long ElementsHeld = 1 << 22;

    /// <summary>Converts a sequence and writes it as a run.</summary>
    /// <param name="checkpoints">A run with Jacobians.</param>
    /// <param name="folder">Where to write; new, empty or an earlier recording by this tool.</param>
    /// <param name="backend">Dense kernels to compute with.</param>
    /// <param name="metadata">Free-form facts for the manifest, usually those of the run.</param>
    /// <param name="overwrite">Also accept a folder that holds other files.</param>
    /// <param name="progress">Told the number of checkpoints written.</param>
    /// <param name="cancellation">Checked before every checkpoint; completed ones stay.</param>
    /// <exception cref="InvalidRunException">The run has kernel blocks already, or its values are not finite.</exception>
    /// <exception cref="IOException">The folder holds something this tool did not write, or cannot be written.</exception>
    public static void Convert(
        CheckpointSequence checkpoints, string folder, Backend backend, IReadOnlyDictionary<string, string>? metadata = null, bool overwrite = false,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        RequireJacobians(checkpoints[0]);
        var writer = RunWriter.Create(folder, new RunDescription(checkpoints.Loss, checkpoints.Test)
        {
            Optimizer = checkpoints.Optimizer,
            Targets = [.. checkpoints.RunTensors.Values.Where(t => checkpoints.Loss.IsCustom || t.Name != "y_S")],
            Metadata = metadata ?? new Dictionary<string, string>(),
        }, overwrite);
        foreach (var blocks in Convert(checkpoints, backend))
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Append(blocks.Time, blocks.Step, blocks.Tensors.Values);
            progress?.Report(writer.Checkpoints.Count);
        }
    }

    /// <summary>Converts checkpoint by checkpoint, reading one ahead.</summary>
    /// <param name="checkpoints">Checkpoints with Jacobians, in order.</param>
    /// <param name="backend">Dense kernels to compute with.</param>
    /// <exception cref="InvalidRunException">A checkpoint has no Jacobians.</exception>
    public static IEnumerable<Checkpoint> Convert(IEnumerable<Checkpoint> checkpoints, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(backend);
        Checkpoint? current = null;
        foreach (var next in checkpoints)
        {
            RequireJacobians(next);
            if (current is not null) yield return Blocks(current, next, backend);
            current = next;
        }
        if (current is not null) yield return Blocks(current, null, backend);
    }

    private static void RequireJacobians(Checkpoint checkpoint)
    {
        if (!checkpoint.HasJacobians) throw new InvalidRunException($"{checkpoint.Location}: found kernel blocks, expected Jacobians J_S and J_Q to make kernel blocks from.");
    }

    private static Checkpoint Blocks(Checkpoint current, Checkpoint? next, Backend backend)
    {
        int N = checked((int)current["U_S"].Count), M = checked((int)current["U_Q"].Count);
        bool middle = current.Find("J_S_mid") is not null && current.Find("J_Q_mid") is not null;
        var products = new List<Product>
        {
            new("K_SS", "S", "S", N, N), new("K_QS", "Q", "S", M, N), new("K_QQ", "Q", "Q", M, M),
        };
        if (next is not null) products.AddRange([new("K_SS_next", "S+", "S", N, N), new("K_QS_next", "Q+", "S", M, N), new("K_SQ_next", "S+", "Q", N, M), new("K_QQ_next", "Q+", "Q", M, M)]);
        if (middle) products.AddRange([new("K_SS_mid", "S/2", "S", N, N), new("K_QS_mid", "Q/2", "S", M, N)]);

        var factors = new Dictionary<string, Factor> { ["S"] = new(current, "J_S", N), ["Q"] = new(current, "J_Q", M) };
        if (next is not null) (factors["S+"], factors["Q+"]) = (new(next, "J_S", N), new(next, "J_Q", M));
        if (middle) (factors["S/2"], factors["Q/2"]) = (new(current, "J_S_mid", N), new(current, "J_Q_mid", M));

        long columns = current["J_S"].Shape[^1];
        int width = (int)Math.Clamp(ElementsHeld / factors.Values.Sum(f => (long)f.Rows), 16, 4096);
        for (long first = 0; first < columns; first += width)
        {
            int count = (int)Math.Min(width, columns - first);
            foreach (var factor in factors.Values) factor.Load(first, count);
            foreach (var product in products) product.Accumulate(backend, factors);
        }
        // The products are float64, what they were made of may be coarser: claims against data are not better than that.
        double epsilon = factors.Values.Max(f => f.Epsilon);
        string[] dropped = ["J_S", "J_Q", "J_S_mid", "J_Q_mid", "w", "preconditioner", "sketch"];
        return new Checkpoint(current.Time, current.Step, [.. products.Select(p => p.Tensor), new MemoryTensor("kernel_epsilon", [epsilon]), .. current.Tensors.Values.Where(t => !dropped.Contains(t.Name))]);
    }

    /// <summary>A block of columns of one (preconditioned) Jacobian, transposed: columns × rows.</summary>
    private sealed class Factor(Checkpoint checkpoint, string name, int rows)
    {
        private readonly TensorSource _tensor = checkpoint[name];
        private readonly TensorSource? _preconditioner = checkpoint.Find("sketch") is null ? checkpoint.Find("preconditioner") : null;
        private double[] _buffer = [];
        private double[] _root = [];

        public int Rows => rows;

        public double Epsilon => _tensor.Type.Epsilon();

        public MatrixView Block { get; private set; }

        public void Load(long first, int count)
        {
            if (_buffer.Length < count * rows) _buffer = new double[count * rows];
            Block = new MatrixView(_buffer, count, rows);
            _tensor.ReadTransposed(first, Block);
            if (_preconditioner is null) return;
            if (_root.Length != count) _root = new double[count];
            _preconditioner.Read(first, _root);
            for (int k = 0; k < count; k++) _root[k] = Math.Sqrt(_root[k]);
            for (int r = 0; r < rows; r++)
            {
                var column = Block.Column(r);
                for (int k = 0; k < count; k++) column[k] *= _root[k];
            }
        }
    }

    /// <summary>J_left J_rightᵀ, row-major [left, right], summed over column blocks.</summary>
    private sealed class Product(string name, string left, string right, int rows, int columns)
    {
        private readonly double[] _values = new double[rows * columns];

        public MemoryTensor Tensor => new(name, _values, rows, columns);

        public void Accumulate(Backend backend, Dictionary<string, Factor> factors)
        {
            // Row-major [left, right] is column-major right × left.
            var result = new MatrixView(_values, columns, rows);
            var (l, r) = (factors[left].Block, factors[right].Block);
            if (left == right) backend.Syrk(Op.Transpose, 1, l, 1, result);
            else backend.Gemm(Op.Transpose, Op.None, 1, r, l, 1, result);
        }
    }
}
