using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>The running sums of one pair of checkpoints, in blocks of rows: each block is formed by the same products on the same numbers, whichever others
/// are formed with it, so that it comes out the same to the last bit.</summary>
internal sealed class PairSum
{
    private readonly int N, M;
    private readonly (int A, int B) _pair;
    private readonly RowBlock[] _rows;
    private readonly bool[] _open;

    // [K_SS; K_QS] of J_a (or of J_a + J_b); of both orders: J_b J_S,aᵀ here and J_Q,a J_S,bᵀ in _other. Null where some blocks alone are formed.
    private readonly DenseMatrix? _kernels, _test, _other;
    private readonly bool _bothOrders;

    // Of every block: its rows of K_SS, up to the diagonal block where the sum is symmetric, of K_QS, of K_QQ likewise, and of J_Q,a J_S,bᵀ.
    private readonly MatrixView[][] _parts;

    private PairSum(int trainSize, int testSize, (int A, int B) pair, bool bothOrders, int rows, IReadOnlyCollection<int>? only)
    {
        (N, M, _pair, _bothOrders) = (trainSize, testSize, pair, bothOrders);
        _rows = RowBlock.Of(N, M, rows);
        _open = [.. _rows.Select((_, i) => only is null || only.Contains(i))];
        if (only is null || _rows.Length == 1)
        {
            (_kernels, _test) = (new DenseMatrix(N + M, N), new DenseMatrix(M, M));
            _other = bothOrders ? new DenseMatrix(M, N) : null;
            _parts = [.. _rows.Select(Slices)];
        }
        else _parts = [.. _rows.Select((r, i) => _open[i] ? Own(r) : [])];
    }

    private MatrixView[] Slices(RowBlock r)
    {
        MatrixView kernels = _kernels!, test = _test!;
        MatrixView[] slices =
        [
            kernels.Slice(r.Train, 0, r.TrainCount, _bothOrders ? N : r.Train + r.TrainCount), kernels.Slice(N + r.Test, 0, r.TestCount, N),
            test.Slice(r.Test, 0, r.TestCount, _bothOrders ? M : r.Test + r.TestCount),
        ];
        return _bothOrders ? [.. slices, ((MatrixView)_other!).Slice(r.Test, 0, r.TestCount, N)] : slices;
    }

    private MatrixView[] Own(RowBlock r)
    {
        static MatrixView New(int rows, int columns) => new(new double[ArraySize.Of(rows, columns)], rows, columns);
        MatrixView[] own =
        [
            New(r.TrainCount, _bothOrders ? N : r.Train + r.TrainCount), New(r.TestCount, N), New(r.TestCount, _bothOrders ? M : r.Test + r.TestCount),
        ];
        return _bothOrders ? [.. own, New(r.TestCount, N)] : own;
    }

    /// <summary>Sums of zero.</summary>
    /// <param name="checkpoints">The run.</param>
    /// <param name="pair">(a, b), a ≤ b.</param>
    /// <param name="ordered">Whether the skew part of two different checkpoints is needed.</param>
    /// <param name="factored">Whether layers are multiplied by their factors: then both orders are formed.</param>
    /// <param name="rows">Rows of a block.</param>
    /// <param name="only">The blocks that are formed, and nothing else is held; null for all.</param>
    public static PairSum Of(CheckpointSequence checkpoints, (int A, int B) pair, bool ordered, bool factored, int rows,
        IReadOnlyCollection<int>? only = null) =>
        new(checkpoints.TrainSize, checkpoints.TestSize, pair, pair.A != pair.B && (ordered || factored), rows, only);

    /// <summary>Whether there is a block to be formed.</summary>
    public bool IsOpen => _open.Contains(true);

    /// <summary>Takes the blocks that a store has.</summary>
    public void TakeFrom(KernelStore? store)
    {
        if (store is null) return;
        for (int i = 0; i < _open.Length; i++)
        {
            if (store.TryRead(Part(i), _parts[i])) _open[i] = false;
        }
    }

    /// <summary>Gives a store the blocks that were formed here.</summary>
    public void PutInto(KernelStore? store)
    {
        if (store is null) return;
        for (int i = 0; i < _open.Length; i++)
            if (_open[i]) store.Write(Part(i), _parts[i]);
    }

    /// <summary>Adds J_k J_kᵀ of some columns.</summary>
    public void AddSquare(Backend backend, in MatrixView x)
    {
        MatrixView s = x.ColumnRange(0, N), q = x.ColumnRange(N, M);
        for (int i = 0; i < _rows.Length; i++)
        {
            if (!_open[i]) continue;
            var (b, parts) = (_rows[i], _parts[i]);
            AddLower(backend, s, b.Train, b.TrainCount, parts[0]);
            if (b.TestCount == 0) continue;
            backend.Gemm(Op.Transpose, Op.None, 1, q.ColumnRange(b.Test, b.TestCount), s, 1, parts[1]);
            AddLower(backend, q, b.Test, b.TestCount, parts[2]);
        }
    }

    // The rows of a symmetric matrix up to the end of their block on the diagonal.
    private static void AddLower(Backend backend, in MatrixView x, int first, int count, in MatrixView target)
    {
        if (count == 0) return;
        var rows = x.ColumnRange(first, count);
        if (first > 0) backend.Gemm(Op.Transpose, Op.None, 1, rows, x.ColumnRange(0, first), 1, target.ColumnRange(0, first));
        backend.Syrk(Op.Transpose, 1, rows, 1, target.ColumnRange(first, count));
    }

    /// <summary>Adds what some columns of two checkpoints contribute.</summary>
    public void AddPair(Backend backend, in MatrixView a, in MatrixView b, double[] scratch)
    {
        if (!_bothOrders)
        {
            int length = a.Rows * a.Columns;
            VectorRoutines.Combine(1, a.Array.AsSpan(0, length), 1, b.Array.AsSpan(0, length), scratch.AsSpan(0, length));
            AddSquare(backend, new MatrixView(scratch, a.Rows, a.Columns));
            return;
        }
        MatrixView sa = a.ColumnRange(0, N), qa = a.ColumnRange(N, M), sb = b.ColumnRange(0, N), qb = b.ColumnRange(N, M);
        if (_rows.Length == 1 && _open[0]) backend.Gemm(Op.Transpose, Op.None, 1, b, sa, 1, _kernels!);
        for (int i = 0; i < _rows.Length; i++)
        {
            if (!_open[i]) continue;
            var (r, parts) = (_rows[i], _parts[i]);
            if (_rows.Length > 1 && r.TrainCount > 0)
                backend.Gemm(Op.Transpose, Op.None, 1, sb.ColumnRange(r.Train, r.TrainCount), sa, 1, parts[0]);
            if (r.TestCount == 0) continue;
            if (_rows.Length > 1) backend.Gemm(Op.Transpose, Op.None, 1, qb.ColumnRange(r.Test, r.TestCount), sa, 1, parts[1]);
            backend.Gemm(Op.Transpose, Op.None, 1, qa.ColumnRange(r.Test, r.TestCount), sb, 1, parts[3]);
            backend.Gemm(Op.Transpose, Op.None, 1, qb.ColumnRange(r.Test, r.TestCount), qa, 1, parts[2]);
        }
    }

    /// <summary>What a layer adds to the products of one checkpoint, from its factors: the lower half, as the rows are the later tile.</summary>
    public void AddSquare(FactorProduct product, int k, FactorTile rows, FactorTile columns) =>
        product.Add(rows.At(k), columns.At(k), columns.IsTest ? rows.Of(_test!, columns, false) : rows.Of(_kernels!, columns, true));

    /// <summary>What a layer adds to the products of a pair, from its factors.</summary>
    public void AddPair(FactorProduct product, int a, int b, FactorTile rows, FactorTile columns)
    {
        if (!columns.IsTest) product.Add(rows.At(b), columns.At(a), rows.Of(_kernels!, columns, true));
        if (!rows.IsTest) return;
        if (columns.IsTest) product.Add(rows.At(b), columns.At(a), rows.Of(_test!, columns, false));
        else product.Add(rows.At(a), columns.At(b), rows.Of(_other!, columns, false));
    }

    /// <summary>The term of one checkpoint; the sums are used up.</summary>
    /// <param name="factored">Whether layers were multiplied by their factors: such products are symmetric to rounding only.</param>
    public KernelTerm Square(bool factored)
    {
        Complete(factored);
        return new KernelTerm(_kernels!, _test);
    }

    // Of a matrix formed in blocks of rows only the lower half is there.
    private void Complete(bool factored)
    {
        if (!factored && _rows.Length == 1) return;
        Symmetrise(((MatrixView)_kernels!).Slice(0, 0, N, N));
        Symmetrise(_test!);
    }

    private static void Symmetrise(MatrixView x)
    {
        for (int j = 0; j < x.Columns; j++)
            for (int i = j + 1; i < x.Rows; i++) x[j, i] = x[i, j];
    }

    /// <summary>The term of two checkpoints; the sums are used up.</summary>
    /// <param name="a">The term of the earlier one.</param>
    /// <param name="b">The term of the later one.</param>
    /// <param name="skew">Whether the skew part is wanted.</param>
    public KernelTerm Cross(KernelTerm a, KernelTerm b, bool skew)
    {
        if (_bothOrders) return GramPass.Ordered(_kernels!, _other!, _test!, skew);
        Complete(factored: false);
        using (HeldMatrix first = a.HoldKernels(), second = b.HoldKernels()) Subtract(_kernels!, first, second);
        using (HeldMatrix first = a.HoldTestKernel(), second = b.HoldTestKernel()) Subtract(_test!, first, second);
        return new KernelTerm(_kernels!, _test);
    }

    private static void Subtract(DenseMatrix t, in HeldMatrix a, in HeldMatrix b)
    {
        double[] x = a.Matrix.Values, y = b.Matrix.Values, z = t.Values;
        for (int i = 0; i < z.Length; i++) z[i] -= x[i] + y[i];
    }

    private KernelPart Part(int block) => new(_pair.A, _pair.B, block);
}
