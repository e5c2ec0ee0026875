using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Products of a run that holds kernel blocks: K linear in t, or J linear where the blocks between neighbouring checkpoints were recorded,
/// too.</summary>
/// <remarks>Blocks of the interval at hand are kept as they were stored as long as they fit under the ceiling, and read at every product otherwise, some rows
/// at a time. Of a K_SS that is symmetric to rounding the symmetric part is applied.</remarks>
public sealed class BlockProducts : KernelProducts
{
    private readonly CheckpointSequence _run;
    private readonly int[] _chosen;
    private readonly bool _crossed;
    private readonly HessianPath _hessians;
    private readonly BlockPass _pass;
    private readonly Dictionary<int, double> _traces = [];
    private (int Interval, HashSet<TensorSource> Tensors) _wanted = (-1, []);

    internal BlockProducts(CheckpointSequence run, IReadOnlyList<int> chosen, IReadOnlyList<double> knots, bool crossed, HessianPath hessians,
        NumberShelf shelf, Backend backend) : base(run.TrainSize, run.TestSize, run.Outputs, knots) =>
        (_run, _chosen, _crossed, _hessians, _pass) = (run, [.. chosen], crossed, hessians, new BlockPass(shelf, backend));

    /// <inheritdoc/>
    public override double? Beta => _run.Loss.Beta;

    /// <summary>Whether J is what is linear, by way of the blocks between neighbouring checkpoints; otherwise K.</summary>
    public bool InterpolatesJacobian => _crossed;

    /// <summary>Whether a run of kernel blocks has the blocks between all neighbouring checkpoints.</summary>
    internal static bool AreCrossed(CheckpointSequence run) => run.SkipLast(1).All(c =>
        c.Find(TensorName.K_SS_next) is not null && c.Find(TensorName.K_QS_next) is not null && c.Find(TensorName.K_SQ_next) is not null);

    /// <summary>The larger of the traces at both ends: the trace of K(t) is linear or convex in t.</summary>
    /// <inheritdoc/>
    public override double TrainBound(int interval)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(interval);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(interval, Intervals);
        const double Rounding = 1 + 1e-10;
        return Rounding * Math.Max(Trace(_chosen[interval]), Trace(_chosen[interval + 1]));
    }

    /// <inheritdoc/>
    public override double TrainFlops(int interval) => 4.0 * TrainSize * TrainSize;

    /// <inheritdoc/>
    protected override void ApplyTrainCore(int interval, double time, in MatrixView x, in MatrixView y)
    {
        var (a, b, cross) = Weights(interval, time);
        List<BlockTerm> terms = [new(Tensor(interval, TensorName.K_SS), a / 2), new(Tensor(interval + 1, TensorName.K_SS), b / 2)];
        if (_crossed) terms.Add(new(Tensor(interval, TensorName.K_SS_next), cross));
        for (int k = interval; k <= interval + 1; k++) RequireSymmetric(_chosen[k]);
        y.Fill(0);
        _pass.Run(terms, TrainSize, TrainSize, Wanted(interval), (x, y), (x, y));
    }

    /// <inheritdoc/>
    protected override void ApplyTestCore(int interval, double time, in MatrixView x, in MatrixView y)
    {
        y.Fill(0);
        _pass.Run(TestTerms(interval, time), TestSize, TrainSize, Wanted(interval), (x, y), null);
        if (_crossed) _pass.Run(CrossTerms(interval, time), TrainSize, TestSize, Wanted(interval), null, (x, y));
    }

    /// <inheritdoc/>
    protected override void ApplyTestTransposedCore(int interval, double time, in MatrixView y, in MatrixView x)
    {
        x.Fill(0);
        _pass.Run(TestTerms(interval, time), TestSize, TrainSize, Wanted(interval), null, (y, x));
        if (_crossed) _pass.Run(CrossTerms(interval, time), TrainSize, TestSize, Wanted(interval), (y, x), null);
    }

    /// <inheritdoc/>
    protected override void HessianCore(int interval, double time, OutputHessian B) => _hessians.At(interval, Theta(interval, time), B);

    private List<BlockTerm> TestTerms(int interval, double time)
    {
        var (a, b, cross) = Weights(interval, time);
        List<BlockTerm> terms = [new(Tensor(interval, TensorName.K_QS), a), new(Tensor(interval + 1, TensorName.K_QS), b)];
        if (_crossed) terms.Add(new(Tensor(interval, TensorName.K_QS_next), cross));
        return terms;
    }

    // K_SQ_next has the test outputs of this checkpoint beside the training outputs of the next.
    private List<BlockTerm> CrossTerms(int interval, double time) =>
        [new(Tensor(interval, TensorName.K_SQ_next), Weights(interval, time).Cross)];

    // (1−θ)² aaᵀ + θ² bbᵀ + θ(1−θ)(abᵀ + baᵀ), or the straight line.
    private (double A, double B, double Cross) Weights(int interval, double time)
    {
        double theta = Theta(interval, time);
        return _crossed ? ((1 - theta) * (1 - theta), theta * theta, theta * (1 - theta)) : (1 - theta, theta, 0);
    }

    private double Theta(int interval, double time) => (time - Knots[interval]) / (Knots[interval + 1] - Knots[interval]);

    private TensorSource Tensor(int knot, TensorName name) => _run[_chosen[knot]][name];

    private HashSet<TensorSource> Wanted(int interval)
    {
        if (_wanted.Interval != interval)
            _wanted = (interval, new(_run[_chosen[interval]].Tensors.Values.Concat(_run[_chosen[interval + 1]].Tensors.Values),
                ReferenceEqualityComparer.Instance));
        return _wanted.Tensors;
    }

    private double Trace(int checkpoint)
    {
        if (_traces.TryGetValue(checkpoint, out double known)) return known;
        double[] diagonal = new double[TrainSize];
        BlockDiagonals.Diagonal(_run[checkpoint][TensorName.K_SS], diagonal);
        return _traces[checkpoint] = diagonal.Sum();
    }

    private readonly HashSet<int> _symmetric = [];

    private void RequireSymmetric(int checkpoint)
    {
        if (!_symmetric.Add(checkpoint)) return;
        SymmetryCheck.Require(_run[checkpoint][TensorName.K_SS], TrainSize, KernelPrecision.OfProducts(_run[checkpoint]));
    }
}
