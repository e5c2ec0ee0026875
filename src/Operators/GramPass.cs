using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>Forms the kernels J_a J_aᵀ and J_a J_bᵀ + J_b J_aᵀ of chosen checkpoint pairs in one blockwise pass over the columns of the Jacobians.</summary>
/// <remarks>
/// Held at any time: one column block per checkpoint within reach, never a whole Jacobian; each number of the files is read once.
/// The cross term comes from (J_a + J_b)(J_a + J_b)ᵀ − J_aJ_aᵀ − J_bJ_bᵀ, half the flops of the product; its rounding is that of ‖K‖.
/// Flops: (N+M)²·D per pair. Sums accumulate in float64 whatever the storage.
/// </remarks>
public static class GramPass
{
    /// <summary>The symmetric terms of the given pairs (a, b), a ≤ b; (a, a) gives J_aJ_aᵀ itself. The diagonal terms of every checkpoint in a pair are included.</summary>
    /// <param name="checkpoints">Checkpoints with J_S and J_Q.</param>
    /// <param name="pairs">Pairs of indices.</param>
    /// <param name="backend">Dense kernels.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    /// <exception cref="InvalidRunException">A Jacobian has a NaN or infinity.</exception>
    public static Dictionary<(int A, int B), KernelTerm> Form(CheckpointSequence checkpoints, IEnumerable<(int A, int B)> pairs, Backend backend,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        int N = checkpoints.TrainSize, M = checkpoints.TestSize;
        long D = checkpoints.Parameters ?? throw new InvalidOperationException("The checkpoints hold kernel blocks, not Jacobians.");
        var wanted = pairs.SelectMany(q => new[] { (q.A, q.A), (q.B, q.B), q }).Distinct().Order().ToArray();
        var terms = wanted.ToDictionary(q => q, _ => KernelTerm.Zero(N, M));
        var partnersOf = wanted.Where(q => q.Item1 < q.Item2).ToLookup(q => q.Item2, q => q.Item1);
        int reach = wanted.Max(q => q.Item2 - q.Item1);
        int[] involved = wanted.Select(q => q.Item1).Distinct().Order().ToArray();
        var scale = involved.ToDictionary(k => k, k => Preconditioner(checkpoints[k]));

        // 8 MB a block keeps the products at full speed and the memory small; the last block may be narrower.
        int width = (int)Math.Min(D, Math.Max(64, (8 << 20) / (8L * (N + M))));
        var blocks = new double[reach + 1][];
        for (int i = 0; i <= reach; i++) blocks[i] = new double[width * (N + M)];
        double[] sum = reach > 0 ? new double[width * (N + M)] : [];
        for (long first = 0; first < D; first += width)
        {
            int count = (int)Math.Min(width, D - first);
            MatrixView Block(int k) => new(blocks[k % (reach + 1)], count, N + M);
            foreach (int k in involved)
            {
                cancellation.ThrowIfCancellationRequested();
                var x = Block(k);
                checkpoints[k]["J_S"].ReadTransposed(first, x.ColumnRange(0, N));
                checkpoints[k]["J_Q"].ReadTransposed(first, x.ColumnRange(N, M));
                if (scale[k] is { } m) ScaleRows(x, m.AsSpan((int)first, count));
                Accumulate(backend, x, N, terms[(k, k)]);
                foreach (int a in partnersOf[k])
                {
                    var total = new MatrixView(sum, count, N + M);
                    Add(Block(a), x, total);
                    Accumulate(backend, total, N, terms[(a, k)]);
                }
            }
            progress?.Invoke((double)(first + count) / D);
        }
        foreach (var ((a, b), term) in terms)
            if (a != b) Subtract(term, terms[(a, a)], terms[(b, b)]);
        return terms;
    }

    private static void Accumulate(Backend backend, in MatrixView x, int N, KernelTerm term)
    {
        int M = x.Columns - N;
        var s = x.ColumnRange(0, N);
        backend.Syrk(Op.Transpose, 1, s, 1, term.Train);
        if (M == 0) return;
        var q = x.ColumnRange(N, M);
        backend.Gemm(Op.Transpose, Op.None, 1, q, s, 1, term.TestTrain);
        backend.Syrk(Op.Transpose, 1, q, 1, term.TestKernel!);
    }

    private static void Subtract(KernelTerm term, KernelTerm a, KernelTerm b)
    {
        Subtract(term.Kernels, a.Kernels, b.Kernels);
        Subtract(term.TestKernel!, a.TestKernel!, b.TestKernel!);
    }

    private static void Subtract(DenseMatrix t, DenseMatrix a, DenseMatrix b)
    {
        for (int i = 0; i < t.Values.Length; i++) t.Values[i] -= a.Values[i] + b.Values[i];
    }

    private static void Add(in MatrixView a, in MatrixView b, in MatrixView c)
    {
        int length = a.Rows * a.Columns;
        System.Numerics.Tensors.TensorPrimitives.Add(a.Array.AsSpan(0, length), b.Array.AsSpan(0, length), c.Array.AsSpan(0, length));
    }

    // With a preconditioner M the flow is that of J·M^{1/2}; a sketch already contains it.
    private static double[]? Preconditioner(Checkpoint c)
    {
        if (c.Find("preconditioner") is not { } tensor || c.Find("sketch") is not null) return null;
        double[] m = tensor.ReadAll();
        for (int i = 0; i < m.Length; i++)
        {
            if (m[i] < 0) throw new InvalidRunException(FormattableString.Invariant($"{tensor.Location}: preconditioner: found {m[i]} at index [{i}], expected numbers ≥ 0."));
            m[i] = Math.Sqrt(m[i]);
        }
        return m;
    }

    private static void ScaleRows(in MatrixView x, ReadOnlySpan<double> factors)
    {
        for (int j = 0; j < x.Columns; j++) System.Numerics.Tensors.TensorPrimitives.Multiply(x.Column(j), factors, x.Column(j));
    }
}
