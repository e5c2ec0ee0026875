using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>What multiplies the kernels of a run with vectors, with the numbers of them that are read once:
/// diagonals and inner products of neighbours.</summary>
internal sealed class AppliedRun
{
    private readonly CheckpointSequence _checkpoints;
    private readonly OutputRecord _outputs;
    private readonly UnitProducts? _units;
    private readonly Dictionary<(int A, int B), double> _inner = [];
    private readonly BlockSource? _blocks;
    private double[] _traces = [];

    private AppliedRun(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, MemoryAccount memory)
    {
        (_checkpoints, _outputs) = (checkpoints, outputs);
        Products = ProductsBuilder.Read(checkpoints, outputs, memory, backend);
        if (Products.Source is { } jacobians) _units = new UnitProducts(jacobians);
        else _blocks = new BlockSource(checkpoints, Products.Shelf, backend);
        Epsilon = _blocks is null ? StorageType.Float64.Epsilon() : KernelPrecision.OfInterpolant(checkpoints, Products.HasCrossBlocks);
    }

    /// <summary>The products of the run on any grid; what one of them keeps in memory is there for the others and for this.</summary>
    public ProductsBuilder Products { get; }

    /// <summary>The diagonals of the kernels of every checkpoint.</summary>
    public Dictionary<(int A, int B), KernelTerm> Terms { get; } = [];

    /// <summary>Whether neighbours are joined by an interpolated J.</summary>
    public bool InterpolatesJacobian => _units is not null || Products.HasCrossBlocks;

    /// <summary>ε of the kernels.</summary>
    public double Epsilon { get; }

    /// <summary>Whether K_QQ is known, so that its diagonal is its own.</summary>
    public bool HasTestKernel => _units is not null || _checkpoints.All(c => c.Find(TensorName.K_QQ) is not null);

    /// <summary>Reads the run once.</summary>
    public static AppliedRun Read(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, MemoryAccount memory, Action<double>? progress,
        CancellationToken cancellation)
    {
        var run = new AppliedRun(checkpoints, outputs, backend, memory) { _traces = new double[checkpoints.Count] };
        var moments = checkpoints.HasJacobians ? new JacobianMoments(checkpoints) : null;
        for (int k = 0; k < checkpoints.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] train = new double[checkpoints.TrainSize], test = new double[checkpoints.TestSize];
            if (moments is not null)
            {
                int[] before = [.. Enumerable.Range(Math.Max(0, k - 2), Math.Min(k, 2))];
                double[] products = moments.Products(k, before, train, test);
                for (int i = 0; i < before.Length; i++) run._inner[(before[i], k)] = products[i];
                run._inner[(k, k)] = train.Sum() + test.Sum();
            }
            else
            {
                BlockDiagonals.Read(checkpoints[k], train, test);
            }
            run.Terms[(k, k)] = KernelTerm.OfDiagonals(train, test);
            run._traces[k] = train.Sum();
            progress?.Invoke((k + 1.0) / checkpoints.Count);
        }
        return run;
    }

    /// <summary>⟨J_a, J_b⟩; null where it is not known.</summary>
    public double? InnerProduct(int a, int b) => _inner.TryGetValue((Math.Min(a, b), Math.Max(a, b)), out double found) ? found : null;

    /// <summary>J linear, or K where the blocks of neighbours are not there.</summary>
    public InterpolatedTrajectory Linear(IReadOnlyList<int> chosen)
    {
        if (_blocks is not null) return Of(chosen, Products.HasCrossBlocks && chosen.Zip(chosen.Skip(1)).All(p => p.Second == p.First + 1));
        return Of(chosen, [.. Enumerable.Range(0, chosen.Count - 1).Select(i => JacobianInterpolant.Linear(chosen, i))], LinearHessians(chosen));
    }

    /// <summary>K linear.</summary>
    public InterpolatedTrajectory LinearKernels(IReadOnlyList<int> chosen) => _blocks is not null ? Of(chosen, crossed: false)
        : throw new NotSupportedException("K linear in time is for kernel blocks.");

    /// <summary>J by interpolants.</summary>
    public InterpolatedTrajectory Of(IReadOnlyList<int> chosen, IReadOnlyList<JacobianInterpolant> interpolants, HessianPath hessians) =>
        new(_checkpoints.TrainSize, _checkpoints.TestSize, Knots(chosen), new AppliedJacobians(interpolants, Products.Source!, _units!, _traces), hessians,
            _checkpoints.Outputs, _checkpoints.Loss.Beta, Epsilon) { Interpolants = interpolants };

    /// <summary>The squared norms of (K_k − K_{k−1})/h, of (K_{k+1} − K_k)/h' and of their difference, of K_SS and K_QS together.</summary>
    public (double Change, double First, double Second) Velocities(int k, double before, double after)
    {
        double change = 0, first = 0, second = 0;
        foreach (var name in (TensorName[])[TensorName.K_SS, TensorName.K_QS])
        {
            TensorSource a = _checkpoints[k - 1][name], b = _checkpoints[k][name], c = _checkpoints[k + 1][name];
            const int piece = 1 << 16;
            double[] x = new double[piece], y = new double[piece], z = new double[piece];
            for (long from = 0; from < a.Count; from += piece)
            {
                int count = (int)Math.Min(piece, a.Count - from);
                Span<double> u = x.AsSpan(0, count), v = y.AsSpan(0, count), w = z.AsSpan(0, count);
                a.Read(from, u);
                b.Read(from, v);
                c.Read(from, w);
                VectorRoutines.Combine(1 / after, w, -1 / after, v, w);
                VectorRoutines.Combine(1 / before, v, -1 / before, u, v);
                change += VectorRoutines.SquaredSum(1, v, -1, w);
                first += VectorRoutines.Dot(v, v);
                second += VectorRoutines.Dot(w, w);
            }
        }
        return (change, first, second);
    }

    private InterpolatedTrajectory Of(IReadOnlyList<int> chosen, bool crossed) =>
        new(_checkpoints.TrainSize, _checkpoints.TestSize, Knots(chosen), new AppliedBlocks(chosen, crossed, _blocks!, _traces), LinearHessians(chosen),
            _checkpoints.Outputs, _checkpoints.Loss.Beta, Epsilon);

    private double[] Knots(IReadOnlyList<int> chosen) => [.. chosen.Select(i => _outputs.Times[i])];

    private HessianPath LinearHessians(IReadOnlyList<int> chosen) => HessianPath.Linear([.. chosen.Select(i => _outputs.Hessians[i])]);
}
