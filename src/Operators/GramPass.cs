using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>Forms the kernels J_a J_aᵀ and J_a J_bᵀ + J_b J_aᵀ of chosen checkpoint pairs in one blockwise pass over the columns of the Jacobians.</summary>
/// <remarks>
/// Held at any time: one column block per checkpoint within reach, never a whole Jacobian; each number of the files is read once.
/// Flops: (N+M)²·D for each checkpoint and each pair that is not ordered: its cross term comes from (J_a + J_b)(J_a + J_b)ᵀ − J_aJ_aᵀ − J_bJ_bᵀ,
/// half the work of the product, with the rounding of ‖K‖. An ordered pair also gets <see cref="KernelTerm.Skew"/>, from the products themselves. Sums
/// accumulate in float64 whatever the storage.
/// Where Jacobians were recorded as factors and there is no preconditioner, layers whose factors multiply with less work are never expanded
/// (<see cref="FactorPass"/>); then the factors of a layer are held, or of two tiles of examples where those are more than 32 MB, and one product of two
/// tiles, 32 MB. With a preconditioner, which does not factor, rows are expanded block by block of columns as others are read.
/// </remarks>
public static class GramPass
{
    private const int SideBySideOrder = 700; // above it the products themselves use all threads
    private const int BlockBytes = 4 << 20; // products run at full speed and the memory stays small

    /// <summary>The terms of the given pairs (a, b), a ≤ b, and of every checkpoint in them, by (a, b) and (a, a).</summary>
    /// <param name="checkpoints">Checkpoints with J_S and J_Q.</param>
    /// <param name="pairs">Pairs of indices.</param>
    /// <param name="ordered">Which of the pairs need <see cref="KernelTerm.Skew"/>.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    /// <exception cref="InvalidRunException">A Jacobian has a NaN or infinity.</exception>
    public static Dictionary<(int A, int B), KernelTerm> Form(CheckpointSequence checkpoints, IEnumerable<(int A, int B)> pairs,
        Func<(int A, int B), bool> ordered, Backend backend, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(ordered);
        ArgumentNullException.ThrowIfNull(backend);
        return Form(checkpoints, pairs, ordered, backend, FactorLimits.Default, progress, cancellation);
    }

    /// <summary>The same with everything that can be chosen.</summary>
    /// <param name="checkpoints">Checkpoints with J_S and J_Q.</param>
    /// <param name="pairs">Pairs of indices.</param>
    /// <param name="ordered">Which of the pairs need <see cref="KernelTerm.Skew"/>.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="limits">How much of factors is held.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    /// <param name="known">Terms that are there already.</param>
    /// <param name="forming">How rows are divided, and where parts are that were formed before.</param>
    /// <param name="reach">How far the checkpoints of a pair lie apart at most, over all passes; null for those of this pass. Tiles of factors depend on
    /// it.</param>
    internal static Dictionary<(int A, int B), KernelTerm> Form(CheckpointSequence checkpoints, IEnumerable<(int A, int B)> pairs,
        Func<(int A, int B), bool> ordered, Backend backend, FactorLimits limits, Action<double>? progress = null, CancellationToken cancellation = default,
        IReadOnlyDictionary<(int A, int B), KernelTerm>? known = null, KernelForming? forming = null, int? reach = null)
    {
        forming ??= KernelForming.Default;
        var needed = pairs.SelectMany(q => new[] { (q.A, q.A), (q.B, q.B), q }).Distinct().Order().ToArray();
        var wanted = needed.Where(q => known is null || !known.ContainsKey(q)).ToArray();
        bool factored = IsFactored(checkpoints, needed);
        bool IsOrdered((int, int) q) => q.Item1 != q.Item2 && ordered(q);
        var sums = wanted.ToDictionary(q => q, q => PairSum.Of(checkpoints, q, ordered(q), factored, forming.RowsFor(checkpoints)));
        foreach (var sum in sums.Values) sum.TakeFrom(forming.Store);
        Accumulate(checkpoints, sums, backend, limits, reach ?? wanted.Max(q => q.Item2 - q.Item1), progress, cancellation);
        foreach (var sum in sums.Values) sum.PutInto(forming.Store);
        var terms = wanted.Where(q => q.Item1 == q.Item2).ToDictionary(q => q, q => sums[q].Square(factored));
        foreach (var q in wanted.Where(q => q.Item1 != q.Item2))
        {
            terms.Add(q, sums[q].Cross(Square(q.Item1), Square(q.Item2), IsOrdered(q)));
            sums.Remove(q);
        }
        return terms;

        KernelTerm Square(int k) => terms.GetValueOrDefault((k, k)) ?? known![(k, k)];
    }

    /// <summary>Forms parts of kernels and puts them into a store; each is the same to the last bit whatever else is formed beside it.</summary>
    /// <param name="checkpoints">Checkpoints with J_S and J_Q.</param>
    /// <param name="parts">What is to be formed.</param>
    /// <param name="ordered">Which of the pairs need <see cref="KernelTerm.Skew"/>.</param>
    /// <param name="reach">How far the checkpoints of a pair lie apart at most, over all parts there are.</param>
    /// <param name="forming">How rows are divided, and the store.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    internal static void FormParts(CheckpointSequence checkpoints, IReadOnlyCollection<KernelPart> parts, Func<(int A, int B), bool> ordered, int reach,
        KernelForming forming, Backend backend, Action<double>? progress, CancellationToken cancellation)
    {
        bool factored = IsFactored(checkpoints, [.. parts.Select(p => (p.A, p.B))]);
        var sums = parts.GroupBy(p => (p.A, p.B)).ToDictionary(g => g.Key, g =>
            PairSum.Of(checkpoints, g.Key, ordered(g.Key), factored, forming.RowsFor(checkpoints), [.. g.Select(p => p.Block)]));
        Accumulate(checkpoints, sums, backend, FactorLimits.Default, reach, progress, cancellation);
        foreach (var sum in sums.Values) sum.PutInto(forming.Store);
    }

    private static bool IsFactored(CheckpointSequence checkpoints, (int A, int B)[] pairs) =>
        FactorPass.Of(checkpoints, [.. pairs.Select(q => q.A).Concat(pairs.Select(q => q.B)).Distinct().Order()]) is not null;

    // Adds what is open in the sums.
    private static void Accumulate(CheckpointSequence checkpoints, IReadOnlyDictionary<(int A, int B), PairSum> all, Backend backend, FactorLimits limits,
        int reach, Action<double>? progress, CancellationToken cancellation)
    {
        int N = checkpoints.TrainSize, M = checkpoints.TestSize;
        long D = checkpoints.Parameters ?? throw new InvalidOperationException("The checkpoints hold kernel blocks, not Jacobians.");
        var sums = all.Where(s => s.Value.IsOpen).ToDictionary();
        if (sums.Count == 0) return;
        int[] involved = [.. sums.Keys.Select(q => q.A).Concat(sums.Keys.Select(q => q.B)).Distinct().Order()];
        var factors = FactorPass.Of(checkpoints, involved);
        var partnersOf = sums.Keys.Where(q => q.A < q.B).Order().ToLookup(q => q.B, q => q.A);

        (long First, long Count)[] ranges = factors is null ? [(0, D)] : [.. factors.Columns];
        int width = (int)Math.Min(ranges.Max(r => (long?)r.Count) ?? 0, Math.Max(64, BlockBytes / (8L * (N + M))));
        // A checkpoint is held until no later one within reach needs it.
        var blocks = new double[reach + 1][];
        for (int i = 0; i <= reach; i++) blocks[i] = new double[ArraySize.Of(width, N + M)];
        // One scratch per partner: the products of one checkpoint with its partners are independent and small enough to run side by side.
        var scratch = new double[reach][];
        for (int i = 0; i < reach; i++) scratch[i] = new double[ArraySize.Of(width, N + M)];
        var roots = new double[width];
        bool small = N + M < SideBySideOrder;
        long expanded = ranges.Sum(r => r.Count), done = 0;
        foreach (var (first, count) in ranges.SelectMany(r => Pieces(r, width)))
        {
            MatrixView Block(int k) => new(blocks[k % (reach + 1)], count, N + M);
            foreach (int k in involved)
            {
                cancellation.ThrowIfCancellationRequested();
                var x = Block(k);
                checkpoints[k][TensorName.J_S].ReadTransposed(first, x.ColumnRange(0, N));
                checkpoints[k][TensorName.J_Q].ReadTransposed(first, x.ColumnRange(N, M));
                Preconditioner.ScaleRows(checkpoints[k], first, x, roots);
                int[] partners = sums.ContainsKey((k, k)) ? [k, .. partnersOf[k]] : [.. partnersOf[k]];
                void Add(int i)
                {
                    int a = partners[i];
                    if (a == k) sums[(k, k)].AddSquare(backend, Block(k));
                    else sums[(a, k)].AddPair(backend, Block(a), Block(k), scratch[k - a - 1]);
                }
                // No more at once than the dense linear algebra may use threads, whatever else runs: with one thread nothing runs beside.
                using var beside = backend.Spare.Take(small ? Math.Max(0, partners.Length - 1) : 0);
                if (beside.Count > 0) Parallel.For(0, partners.Length, new ParallelOptions { MaxDegreeOfParallelism = 1 + beside.Count }, Add);
                else
                    for (int i = 0; i < partners.Length; i++) Add(i);
            }
            progress?.Invoke((double)(done += count) / expanded);
        }
        if (factors is null) return;
        var product = new FactorProduct(backend);
        factors.Run(involved, reach, limits, (k, rows, columns) =>
        {
            if (sums.TryGetValue((k, k), out var square)) square.AddSquare(product, k, rows, columns);
            foreach (int a in partnersOf[k])
            {
                sums[(a, k)].AddPair(product, a, k, rows, columns);
                if (rows != columns) sums[(a, k)].AddPair(product, a, k, columns, rows);
            }
        }, cancellation);
        progress?.Invoke(1);
    }

    private static IEnumerable<(long First, int Count)> Pieces((long First, long Count) range, int width)
    {
        for (long done = 0; done < range.Count; done += width) yield return (range.First + done, (int)Math.Min(width, range.Count - done));
    }

    /// <summary>A cross term from J_b J_S,aᵀ ((N+M)×N), J_Q,a J_S,bᵀ (M×N) and J_Q,b J_Q,aᵀ (M×M), all of which become parts of it or are used up.</summary>
    internal static KernelTerm Ordered(DenseMatrix later, DenseMatrix earlierTest, DenseMatrix test, bool skew)
    {
        int N = later.ColumnCount, M = earlierTest.RowCount;
        var difference = skew ? ((MatrixView)later).ToMatrix() : null;
        Complete(later, 1);
        if (difference is not null) Complete(difference, -1);
        Folding.Sum(test);
        return new KernelTerm(later, test, difference);

        void Complete(MatrixView target, double sign)
        {
            var train = target.Slice(0, 0, N, N);
            if (sign > 0) Folding.Sum(train);
            else Folding.Difference(train);
            for (int j = 0; j < N; j++) VectorRoutines.Axpy(sign, ((MatrixView)earlierTest).Column(j), target.Column(j)[N..]);
        }
    }
}
