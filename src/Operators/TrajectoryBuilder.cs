using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>Builds interpolated trajectories of a run: one pass over its files, then any number of grids from the kernels formed.</summary>
public sealed class TrajectoryBuilder
{
    private readonly CheckpointSequence _checkpoints;
    private readonly OutputRecord _outputs;
    private readonly Dictionary<(int A, int B), KernelTerm> _terms;
    private readonly Dictionary<(int A, int B), (KernelTerm A, KernelTerm B, KernelTerm Cross)> _substitutes = [];
    private readonly bool _linearInJacobian;

    private TrajectoryBuilder(CheckpointSequence checkpoints, OutputRecord outputs, Dictionary<(int A, int B), KernelTerm> terms, bool linearInJacobian, bool hasTestKernel, double epsilon)
    {
        _checkpoints = checkpoints;
        _outputs = outputs;
        _terms = terms;
        _linearInJacobian = linearInJacobian;
        HasTestKernel = hasTestKernel;
        Epsilon = epsilon;
    }

    /// <summary>Whether K_QQ is known (Jacobian runs, or recorded in every checkpoint).</summary>
    public bool HasTestKernel { get; }

    /// <summary>ε of the kernels: float64 for Jacobian runs, the stored type for kernel blocks.</summary>
    public double Epsilon { get; }

    /// <summary>"J" when the interpolant is linear in the Jacobian, "K" when only kernels were recorded and K itself is interpolated.</summary>
    public string Interpolant => _linearInJacobian ? "J" : "K";

    /// <summary>Reads the run and forms all kernels that <see cref="Linear"/> needs on the full grid and on the grid of every second checkpoint.</summary>
    /// <exception cref="InvalidRunException">The recorded data are not sound.</exception>
    public static TrajectoryBuilder Read(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        if (checkpoints.HasJacobians)
        {
            var pairs = Neighbours(Enumerable.Range(0, checkpoints.Count)).Concat(Neighbours(EverySecond(checkpoints.Count)));
            return new TrajectoryBuilder(checkpoints, outputs, GramPass.Form(checkpoints, pairs, backend, progress, cancellation), true, true, StorageType.Float64.Epsilon());
        }
        return ReadBlocks(checkpoints, outputs, backend, progress, cancellation);
    }

    /// <summary>Indices of every second checkpoint, always with the last one.</summary>
    public static IReadOnlyList<int> EverySecond(int count) =>
        Enumerable.Range(0, count).Where(i => i % 2 == 0 || i == count - 1).ToArray();

    /// <summary>K_SS and K_QS of one checkpoint.</summary>
    public KernelTerm At(int checkpoint) => _terms[(checkpoint, checkpoint)];

    /// <summary>J (or K, for kernel blocks without cross blocks) and B linear in t between the chosen checkpoints.</summary>
    /// <param name="chosen">Increasing indices: all of them, or <see cref="EverySecond"/>.</param>
    public InterpolatedTrajectory Linear(IReadOnlyList<int> chosen)
    {
        var intervals = new List<WeightedTerm[]>();
        var testIntervals = new List<WeightedTerm[]>();
        for (int i = 1; i < chosen.Count; i++)
        {
            KernelTerm a = At(chosen[i - 1]), b = At(chosen[i]);
            WeightedTerm[] straight = [new(a, 1, -1), new(b, 0, 1)];
            var cross = _linearInJacobian ? _terms.GetValueOrDefault((chosen[i - 1], chosen[i])) : null;
            var terms = cross is null ? straight : LinearJacobian(a, b, cross);
            intervals.Add(terms);
            // t ↦ J(t)J(t)ᵀ is convex, so without the cross term of K_QQ the straight line is an upper bound of it.
            testIntervals.Add(_substitutes.TryGetValue((chosen[i - 1], chosen[i]), out var s) ? LinearJacobian(s.A, s.B, s.Cross) : cross is { TestKernel: null } ? straight : terms);
        }
        return new InterpolatedTrajectory(_checkpoints.TrainSize, _checkpoints.TestSize, chosen.Select(i => _checkpoints[i].Time).ToArray(), intervals, testIntervals,
            chosen.Select(i => _outputs.Hessians[i]).ToArray(), _checkpoints.Loss.Beta, HasTestKernel, Epsilon);
    }

    // (1−θ)² aaᵀ + θ² bbᵀ + θ(1−θ)(abᵀ + baᵀ)
    private static WeightedTerm[] LinearJacobian(KernelTerm a, KernelTerm b, KernelTerm cross) => [new(a, 1, -2, 1), new(b, 0, 0, 1), new(cross, 0, 1, -1)];

    private static IEnumerable<(int, int)> Neighbours(IEnumerable<int> indices) => indices.Zip(indices.Skip(1));

    private static TrajectoryBuilder ReadBlocks(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, Action<double>? progress, CancellationToken cancellation)
    {
        int N = checkpoints.TrainSize, M = checkpoints.TestSize;
        var terms = new Dictionary<(int, int), KernelTerm>();
        double epsilon = checkpoints.Max(c => Math.Max(c["K_SS"].Type.Epsilon(), c["K_QS"].Type.Epsilon()));
        bool hasTest = checkpoints.All(c => c.Find("K_QQ") is not null);
        bool cross = checkpoints.SkipLast(1).All(c => c.Find("K_SS_next") is not null && c.Find("K_QS_next") is not null && c.Find("K_SQ_next") is not null);
        var buffer = new DenseMatrix(N, N);
        var builder = new TrajectoryBuilder(checkpoints, outputs, terms, cross, hasTest, epsilon);
        for (int k = 0; k < checkpoints.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            var c = checkpoints[k];
            var term = new KernelTerm(new DenseMatrix(N + M, N), null);
            c["K_SS"].ReadMatrix(buffer);
            KernelBlockChecks.Symmetric(c["K_SS"], buffer);
            AddSymmetric(buffer, 0.5, term.Train);
            KernelBlockChecks.PositiveSemidefinite(c["K_SS"], term.Train, backend);
            c["K_QS"].ReadMatrix(term.TestTrain);
            var test = new DenseMatrix(M, M);
            if (hasTest)
            {
                var raw = new DenseMatrix(M, M);
                c["K_QQ"].ReadMatrix(raw);
                KernelBlockChecks.Symmetric(c["K_QQ"], raw);
                AddSymmetric(raw, 0.5, test);
            }
            else SchurSubstitute.Form(term, epsilon, backend, test);
            terms[(k, k)] = new KernelTerm(term.Kernels, test);
            if (cross && k > 0) builder.AddCross(k - 1, backend);
            progress?.Invoke((k + 1.0) / checkpoints.Count);
        }
        return builder;
    }

    // The cross term of checkpoints k and k + 1 from the *_next blocks of k.
    private void AddCross(int k, Backend backend)
    {
        int N = _checkpoints.TrainSize, M = _checkpoints.TestSize;
        var c = _checkpoints[k];
        DenseMatrix ss = new(N, N), qs = new(M, N), sq = new(N, M), kernels = new(N + M, N);
        c["K_SS_next"].ReadMatrix(ss);
        c["K_QS_next"].ReadMatrix(qs);
        c["K_SQ_next"].ReadMatrix(sq);
        var term = new KernelTerm(kernels, null);
        AddSymmetric(ss, 1, term.Train);
        for (int j = 0; j < N; j++)
            for (int i = 0; i < M; i++) term.TestTrain[i, j] = qs.At(i, j) + sq.At(j, i);
        DenseMatrix? test = null;
        if (HasTestKernel && c.Find("K_QQ_next") is { } qq)
        {
            var raw = new DenseMatrix(M, M);
            qq.ReadMatrix(raw);
            AddSymmetric(raw, 1, test = new DenseMatrix(M, M));
        }
        _terms[(k, k + 1)] = new KernelTerm(kernels, test);
        if (!HasTestKernel) _substitutes[(k, k + 1)] = SchurSubstitute.Between(At(k), At(k + 1), term, ss, qs, sq, Epsilon, backend);
    }

    private static void AddSymmetric(DenseMatrix a, double factor, in MatrixView target)
    {
        for (int j = 0; j < a.ColumnCount; j++)
            for (int i = 0; i < a.RowCount; i++) target[i, j] += factor * (a.At(i, j) + a.At(j, i));
    }
}
