using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>K(t)X = J(θ)(J(θ)ᵀX) with J(θ) = Σ_a ℓ_a(θ) J_a on each interval, from recorded Jacobians or from their factors: no matrix over pairs of outputs
/// is ever formed.</summary>
/// <remarks>
/// Numbers of the interval at hand are kept as they were stored, as long as they fit under the ceiling, and read at every product otherwise: results are
/// the same to the last bit. The threads of the backend share the work; their number changes no bit either.
/// </remarks>
public sealed class JacobianProducts : KernelProducts
{
    private readonly ProductSource _source;
    private readonly JacobianInterpolant[] _interpolants;
    private readonly HessianPath _hessians;
    private readonly UnitProducts _products;
    private (int Interval, double Time) _at = (-1, double.NaN);
    private Mixture? _mixture;
    private (int Interval, IReadOnlySet<TensorSource> Tensors) _wanted = (-1, new HashSet<TensorSource>());

    internal JacobianProducts(ProductSource source, IReadOnlyList<double> knots, JacobianInterpolant[] interpolants, HessianPath hessians)
        : base(source.Run.TrainSize, source.Run.TestSize, source.Run.Outputs, knots)
    {
        (_source, _interpolants, _hessians) = (source, interpolants, hessians);
        _products = new UnitProducts(source);
    }

    /// <inheritdoc/>
    public override double? Beta => _source.Run.Loss.Beta;

    /// <summary>D, the number of parameters.</summary>
    public int Parameters => checked((int)_source.Run.Parameters!.Value);

    /// <summary>J(θ) on each interval.</summary>
    public IReadOnlyList<JacobianInterpolant> Interpolants => _interpolants;

    /// <summary>V ← J_S(t)ᵀ·X, D×c from N×c, with the parameters in the order of the columns of the recorded Jacobians.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="x">X.</param>
    /// <param name="v">V.</param>
    public void TrainTransposed(int interval, double time, in MatrixView x, in MatrixView v) => Collect(interval, time, false, x, v);

    /// <summary>V ← J_Q(t)ᵀ·Y, D×c from M×c.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="y">Y.</param>
    /// <param name="v">V.</param>
    public void TestTransposed(int interval, double time, in MatrixView y, in MatrixView v) => Collect(interval, time, true, y, v);

    /// <summary>X ← J_S(t)·V, N×c from D×c.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="v">V.</param>
    /// <param name="x">X.</param>
    public void Train(int interval, double time, in MatrixView v, in MatrixView x) => Spread(interval, time, false, v, x);

    /// <summary>Y ← J_Q(t)·V, M×c from D×c.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="v">V.</param>
    /// <param name="y">Y.</param>
    public void Test(int interval, double time, in MatrixView v, in MatrixView y) => Spread(interval, time, true, v, y);

    /// <summary>Writes J_S(t)ᵀ itself, D×N, for runs of few parameters.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">t, in the interval.</param>
    /// <param name="jacobian">Receives it.</param>
    /// <exception cref="InvalidRunException">A number is not finite.</exception>
    public void TrainJacobian(int interval, double time, in MatrixView jacobian)
    {
        if (jacobian.Rows != Parameters || jacobian.Columns != TrainSize)
            throw new ArgumentException($"J_S is {Parameters}x{TrainSize} transposed, the buffer {jacobian.Rows}x{jacobian.Columns}.");
        const int Together = 1 << 20;
        var mixture = At(interval, time);
        int width = Math.Clamp(Together / TrainSize, 1, Parameters);
        double[] block = new double[ArraySize.Of(width, TrainSize)], roots = new double[width];
        jacobian.Fill(0);
        for (int first = 0; first < Parameters; first += width)
        {
            int count = Math.Min(width, Parameters - first);
            var view = new MatrixView(block, count, TrainSize);
            for (int a = 0; a < mixture.Weights.Length; a++)
            {
                var checkpoint = _source.Run[mixture.Checkpoints[a]];
                checkpoint[TensorName.J_S].ReadTransposed(first, view);
                Preconditioner.ScaleRows(checkpoint, first, view, roots);
                for (int j = 0; j < TrainSize; j++) VectorRoutines.Axpy(mixture.Weights[a], view.Column(j), jacobian.Column(j).Slice(first, count));
            }
        }
    }

    /// <summary>The trace of K_SS, or a bound of it: with J linear it is convex, and so largest at an end of the interval; otherwise
    /// ‖J(θ)‖_F ≤ Σ_a max|ℓ_a|·‖J_a‖_F, with max|ℓ_a| bounded by the coefficients of ℓ_a in Bernstein's form.</summary>
    /// <inheritdoc/>
    public override double TrainBound(int interval)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(interval);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(interval, Intervals);
        const double Rounding = 1 + 1e-10;
        var interpolant = _interpolants[interval];
        double largest = 0, sum = 0;
        for (int a = 0; a < interpolant.Checkpoints.Count; a++)
        {
            double trace = _source.SquaredNorm(interpolant.Checkpoints[a], _products.Units, Wanted(interval));
            largest = Math.Max(largest, trace);
            sum += Polynomial.LargestMagnitude(interpolant.Basis[a]) * Math.Sqrt(trace);
        }
        return Rounding * (interpolant.Basis.All(b => b.Length <= 2) && interpolant.Checkpoints.Count == 2 ? largest : sum * sum);
    }

    /// <inheritdoc/>
    public override double TrainFlops(int interval) =>
        _products.Units.Sum(u => 2 * u.Flops(_source.Run.Train, [.. _interpolants[interval].Checkpoints], false));

    /// <inheritdoc/>
    protected override void ApplyTrainCore(int interval, double time, in MatrixView x, in MatrixView y) =>
        _products.Apply(At(interval, time), false, x, y, default);

    /// <inheritdoc/>
    protected override void ApplyTestCore(int interval, double time, in MatrixView x, in MatrixView y) =>
        _products.Apply(At(interval, time), false, x, default, y);

    /// <inheritdoc/>
    protected override void ApplyTestTransposedCore(int interval, double time, in MatrixView y, in MatrixView x) =>
        _products.Apply(At(interval, time), true, y, x, default);

    /// <inheritdoc/>
    protected override void ApplyBothCore(int interval, double time, in MatrixView x, in MatrixView train, in MatrixView test) =>
        _products.Apply(At(interval, time), false, x, train, test);

    /// <inheritdoc/>
    protected override void HessianCore(int interval, double time, OutputHessian B) => _hessians.At(interval, Theta(interval, time), B);

    private void Collect(int interval, double time, bool test, in MatrixView x, in MatrixView v)
    {
        RequireParameters(x, test, v);
        if (x.Columns > 0) _products.Collect(At(interval, time), test, x, v);
    }

    private void Spread(int interval, double time, bool test, in MatrixView v, in MatrixView y)
    {
        RequireParameters(y, test, v);
        if (y.Columns > 0) _products.Spread(At(interval, time), test, v, y);
    }

    private void RequireParameters(in MatrixView outputs, bool test, in MatrixView v)
    {
        int rows = test ? TestSize : TrainSize;
        if (outputs.Rows != rows || v.Rows != Parameters || outputs.Columns != v.Columns)
            throw new ArgumentException($"J has {rows} rows and {Parameters} columns; found {outputs.Rows}x{outputs.Columns} and {v.Rows}x{v.Columns}.");
    }

    private double Theta(int interval, double time) => (time - Knots[interval]) / (Knots[interval + 1] - Knots[interval]);

    private Mixture At(int interval, double time)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(interval);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(interval, Intervals);
        if (_mixture is not null && _at == (interval, time)) return _mixture;
        var interpolant = _interpolants[interval];
        double theta = Theta(interval, time);
        int[] used = [.. Enumerable.Range(0, interpolant.Checkpoints.Count).Where(a => interpolant.At(a, theta) != 0)];
        _at = (interval, time);
        return _mixture = new Mixture([.. used.Select(a => interpolant.Checkpoints[a])], [.. used.Select(a => interpolant.At(a, theta))], Wanted(interval));
    }

    private IReadOnlySet<TensorSource> Wanted(int interval)
    {
        if (_wanted.Interval != interval) _wanted = (interval, _products.Wanted(_interpolants[interval].Checkpoints));
        return _wanted.Tensors;
    }
}
