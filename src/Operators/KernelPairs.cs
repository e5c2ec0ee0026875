using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The products of checkpoints that a trajectory is built from, as parts that can be formed in any order by any number of processes.</summary>
public sealed class KernelPairs
{
    private KernelPairs(IReadOnlyList<(int A, int B)> pairs, Func<(int A, int B), bool> isOrdered) => (Pairs, IsOrdered) = (pairs, isOrdered);

    /// <summary>The products of two checkpoints, a ≤ b; those of every checkpoint with itself belong to them without being named.</summary>
    internal IReadOnlyList<(int A, int B)> Pairs { get; }

    /// <summary>Which of them need <see cref="KernelTerm.Skew"/>.</summary>
    internal Func<(int A, int B), bool> IsOrdered { get; }

    /// <summary>What a <see cref="TrajectoryBuilder"/> forms of a run with Jacobians.</summary>
    /// <param name="checkpoints">Number of checkpoints.</param>
    /// <param name="sparseCubic">Whether every second checkpoint will be joined by cubics.</param>
    /// <param name="windows">Parts whose own thinned grids will be asked for; null for none.</param>
    public static KernelPairs OfInterpolants(int checkpoints, bool sparseCubic, IReadOnlyList<(int First, int Last)>? windows = null)
    {
        int[] full = [.. Enumerable.Range(0, checkpoints)];
        int reach = sparseCubic ? 3 : 1;
        var thinned = (windows ?? []).Prepend((First: 0, Last: checkpoints - 1)).SelectMany(w => TrajectoryBuilder.Thinnings(w.Last - w.First + 1)
            .SelectMany(kept => TrajectoryBuilder.Within([.. kept.Select(k => k + w.First)], reach)));
        return new KernelPairs([.. TrajectoryBuilder.Within(full, 3).Concat(thinned).Distinct()], p => p.B - p.A == 1);
    }

    /// <summary>What <see cref="TrajectoryBuilder.ReadCheckpoints"/> forms of a run with Jacobians.</summary>
    /// <param name="checkpoints">Number of checkpoints.</param>
    public static KernelPairs OfCheckpoints(int checkpoints) => new([.. Enumerable.Range(0, checkpoints).Select(k => (k, k))], _ => false);

    /// <summary>All parts, with the operations that each takes.</summary>
    /// <param name="run">A run with Jacobians.</param>
    /// <param name="forming">How rows are divided.</param>
    public IReadOnlyList<(KernelPart Part, double Operations)> Parts(CheckpointSequence run, KernelForming forming)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(forming);
        double columns = Columns(run);
        var rows = RowBlock.Of(run.TrainSize, run.TestSize, forming.RowsFor(run));
        bool factored = FactorPass.Of(run, [0]) is not null;
        var all = Pairs.Concat(Pairs.SelectMany(q => new[] { (A: q.A, B: q.A), (A: q.B, B: q.B) })).Distinct().Order();
        return [.. all.SelectMany(q => rows.Select((r, i) =>
        {
            bool whole = q.A != q.B && (IsOrdered(q) || factored);
            double train = whole ? 2.0 * r.TrainCount * run.TrainSize : r.TrainCount * (2.0 * r.Train + r.TrainCount);
            double test = (whole ? 6.0 : 3.0) * r.TestCount * run.TrainSize;
            return (new KernelPart(q.A, q.B, i), columns * (train + test));
        }))];
    }

    /// <summary>Forms some of the parts and gives them to the store of <paramref name="forming"/>.</summary>
    /// <param name="run">A run with Jacobians.</param>
    /// <param name="parts">Which ones; those of few pairs at a time take little memory.</param>
    /// <param name="forming">How rows are divided, and the store.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    /// <exception cref="InvalidRunException">A Jacobian has a NaN or infinity.</exception>
    public void Form(CheckpointSequence run, IReadOnlyCollection<KernelPart> parts, KernelForming forming, Backend backend, Action<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(forming);
        ArgumentNullException.ThrowIfNull(backend);
        if (parts.Count > 0) GramPass.FormParts(run, parts, IsOrdered, Pairs.Max(q => q.B - q.A), forming, backend, progress, cancellation);
    }

    // Of layers that are multiplied by their factors, the numbers of the factors.
    private static double Columns(CheckpointSequence run) => run[0][TensorName.J_S] is FactoredJacobian f
        ? f.Tensors.Sum(t => (double)t.Count) / run.TrainSize : run.Parameters ?? 0;
}
