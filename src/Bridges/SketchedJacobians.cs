using KernelFlow.Files;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>Turns Jacobian checkpoints into sketched ones: J R in place of J, with one R for all checkpoints, for training and for test outputs.</summary>
/// <remarks>
/// R is D × k with independent entries ±1/√k, so E[J R Rᵀ Jᵀ] = J Jᵀ; it follows from a seed, block by block, and is never held. A preconditioner M is
/// absorbed: what is sketched is J√M. The exact diagonals of J M Jᵀ are written beside, so that a sketch that lost something is seen when it is read.
/// </remarks>
public static class SketchedJacobians
{
    /// <summary>The fewest columns of a sketch.</summary>
    public const int FewestColumns = 16;

    private const long ElementsHeld = 1 << 21;

    /// <summary>Converts a sequence and writes it as a run.</summary>
    /// <param name="checkpoints">A run with Jacobians that are not sketched.</param>
    /// <param name="folder">Where to write; new, empty or an earlier recording by this tool.</param>
    /// <param name="columns">k, at least <see cref="FewestColumns"/>.</param>
    /// <param name="seed">Of R.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="metadata">Free-form facts for the manifest, usually those of the run.</param>
    /// <param name="overwrite">Also accept a folder that holds other files.</param>
    /// <param name="progress">Told the number of checkpoints written.</param>
    /// <param name="cancellation">Checked before every checkpoint; completed ones stay.</param>
    /// <exception cref="InvalidRunException">The run has no Jacobians, or sketched ones, or its values are not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer columns than a sketch has.</exception>
    /// <exception cref="FolderInUseException">Another process records into the folder.</exception>
    /// <exception cref="IOException">The folder holds something this tool did not write, or cannot be written.</exception>
    public static void Convert(CheckpointSequence checkpoints, string folder, int columns, long seed, Backend backend,
        IReadOnlyDictionary<string, string>? metadata = null, bool overwrite = false, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, FewestColumns);
        RequireWhole(checkpoints[0]);
        ConvertedRun.Write(checkpoints, Convert(checkpoints, columns, seed, backend), checkpoints.Parameters, folder,
            new ConvertedRunOptions(metadata, overwrite, null), progress, cancellation);
    }

    /// <summary>Converts checkpoint by checkpoint.</summary>
    /// <param name="checkpoints">Checkpoints with Jacobians, in order.</param>
    /// <param name="columns">k, at least <see cref="FewestColumns"/>.</param>
    /// <param name="seed">Of R.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <exception cref="InvalidRunException">A checkpoint has no Jacobians, or sketched ones.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer columns than a sketch has.</exception>
    public static IEnumerable<Checkpoint> Convert(IEnumerable<Checkpoint> checkpoints, int columns, long seed, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, FewestColumns);
        return checkpoints.Select(c => Sketched(c ?? throw new ArgumentException("A checkpoint is null.", nameof(checkpoints)), columns, seed, backend));
    }

    private static void RequireWhole(Checkpoint c)
    {
        if (!c.HasJacobians) throw new InvalidRunException($"{c.Location}: found kernel blocks, expected Jacobians J_S and J_Q to sketch.");
        if (c.Find(TensorName.Sketch) is not null) throw new InvalidRunException($"{c.Location}: found sketched Jacobians, expected J_S and J_Q themselves.");
    }

    private static Checkpoint Sketched(Checkpoint c, int columns, long seed, Backend backend)
    {
        RequireWhole(c);
        int N = ArraySize.Of(c[TensorName.U_S].Count, 1), M = ArraySize.Of(c[TensorName.U_Q].Count, 1);
        (TensorName Name, int Rows, TensorName? Diagonal)[] named =
        [
            (TensorName.J_S, N, TensorName.K_SS_diagonal), (TensorName.J_Q, M, TensorName.K_QQ_diagonal), (TensorName.J_S_mid, N, null),
            (TensorName.J_Q_mid, M, null),
        ];
        Part[] parts = [.. named.Where(t => c.Find(t.Name) is not null)
            .Select(t => new Part(t.Name, t.Diagonal, new JacobianBlock(c, t.Name, t.Rows), columns))];
        long width = c[TensorName.J_S].Shape[^1];
        int together = (int)Math.Clamp(ElementsHeld / (parts.Sum(p => (long)p.Rows) + columns), 16, 4096);
        var signs = new SketchSigns(columns, seed);
        var buffer = new double[ArraySize.Of(columns, together)];
        for (long first = 0; first < width; first += together)
        {
            int count = (int)Math.Min(together, width - first);
            var rows = new MatrixView(buffer, columns, count);
            signs.Fill(first, rows);
            foreach (var part in parts) part.Add(first, count, rows, backend);
        }
        var kept = c.Tensors.Values.Where(t => TensorName.Find(t.Name) is not { Group: TensorGroup.Jacobian });
        return new Checkpoint(c.Time, c.Step, [.. parts.SelectMany(p => p.Tensors(c.Location)), StreamedTensor.Integer(TensorName.Sketch, columns), .. kept]);
    }

    /// <summary>One of the Jacobians: what has been summed of J R, and of the squares of J.</summary>
    private sealed class Part(TensorName name, TensorName? diagonal, JacobianBlock jacobian, int columns)
    {
        private readonly double[] _values = new double[ArraySize.Of(columns, jacobian.Rows)], _squares = new double[jacobian.Rows];

        public int Rows => jacobian.Rows;

        public void Add(long first, int count, in MatrixView rows, Backend backend)
        {
            jacobian.Load(first, count);
            // Row-major [rows, k] is column-major k × rows.
            backend.Gemm(Op.None, Op.None, 1, rows, jacobian.Block, 1, new MatrixView(_values, columns, Rows));
            for (int r = 0; r < Rows; r++) _squares[r] += VectorRoutines.Dot(jacobian.Block.Column(r), jacobian.Block.Column(r));
        }

        public IEnumerable<TensorSource> Tensors(string location)
        {
            yield return new StreamedTensor(name, jacobian.Type, [Rows, columns], (first, destination) => _values.AsSpan((int)first, destination.Length)
                .CopyTo(destination));
            if (diagonal is null) yield break;
            var exact = new MemoryTensor(diagonal, _squares, _squares.Length);
            SketchNorms.Require(exact, new MemoryTensor(name, _values, Rows, columns), location);
            yield return exact;
        }
    }
}
