using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>One summand c(θ)·term of an interpolant on an interval, θ ∈ [0, 1], c(θ) = Σ_j Coefficients[j]·θʲ.</summary>
/// <param name="Term">The kernels that the coefficient multiplies.</param>
/// <param name="Coefficients">Polynomial coefficients, constant first.</param>
public sealed record WeightedTerm(KernelTerm Term, params double[] Coefficients)
{
    /// <summary>c(θ), the value of the coefficient.</summary>
    public double At(double theta) => Polynomial.At(Coefficients, theta);
}

/// <summary>A trajectory interpolated between checkpoints: on each interval a sum of fixed kernels with polynomial coefficients, so that its cost does not
/// depend on D.</summary>
public sealed class InterpolatedTrajectory : KernelTrajectory
{
    private const double EvenSpeed = 1e-8; // below it both times are the same to rounding
    private static readonly ThreadBudget s_alone = new(0);
    private readonly IReadOnlyList<IReadOnlyList<WeightedTerm>> _intervals;
    private readonly IReadOnlyList<IReadOnlyList<WeightedTerm>> _testIntervals;
    private readonly HessianPath _hessians;
    private readonly ChordKernels _chords;
    private IReadOnlyList<double>? _rates;

    internal InterpolatedTrajectory(int trainSize, int testSize, IReadOnlyList<double> knots, IReadOnlyList<IReadOnlyList<WeightedTerm>> intervals,
        IReadOnlyList<IReadOnlyList<WeightedTerm>> testIntervals, HessianPath hessians, ChordKernels chords, int outputs, double? beta, bool hasTestKernel,
        double epsilon)
        : base(trainSize, testSize, outputs, knots)
    {
        _intervals = intervals;
        _testIntervals = testIntervals;
        _hessians = hessians;
        _chords = chords;
        Beta = beta;
        HasTestKernel = hasTestKernel;
        Epsilon = epsilon;
    }

    // Kernels that are applied: nothing of them is at hand as a matrix.
    internal InterpolatedTrajectory(int trainSize, int testSize, IReadOnlyList<double> knots, AppliedKernels applied, HessianPath hessians, int outputs,
        double? beta, double epsilon)
        : this(trainSize, testSize, knots, [], [], hessians, ChordKernels.FromKernels([]), outputs, beta, hasTestKernel: true, epsilon) => Applied = applied;

    /// <summary>The kernels where they are applied and not formed; null where they are formed.</summary>
    internal AppliedKernels? Applied { get; }

    /// <inheritdoc/>
    public override bool IsApplied => Applied is not null;

    /// <inheritdoc/>
    public override double? Beta { get; }

    /// <inheritdoc/>
    public override bool HasTestKernel { get; }

    /// <inheritdoc/>
    public override double Epsilon { get; }

    /// <summary>J(θ) on each interval, where J is interpolated; null where K is.</summary>
    public IReadOnlyList<JacobianInterpolant>? Interpolants { get; internal init; }

    /// <inheritdoc/>
    public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        RequireFormed();
        var sum = new DenseMatrix(TestSize, TestSize);
        foreach (var (term, weight) in TermWeights(_testIntervals, nodes))
        {
            using var held = term.HoldTestKernel();
            VectorRoutines.Axpy(weight, held.Matrix.Values, sum.Values);
        }
        return sum;
    }

    /// <inheritdoc/>
    public override DenseMatrix KernelIntegral(IEnumerable<QuadratureNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var sum = new DenseMatrix(TrainSize + TestSize, TrainSize);
        foreach (var (term, weight) in TermWeights(_intervals, nodes))
        {
            using var held = term.HoldKernels();
            VectorRoutines.Axpy(weight, held.Matrix.Values, sum.Values);
        }
        return sum;
    }

    /// <inheritdoc/>
    public override DenseMatrix MotionIntegral(IEnumerable<QuadratureNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        RequireFormed();
        if (Beta is not { } beta) return base.MotionIntegral(nodes);
        var sum = new DenseMatrix(TrainSize, TrainSize);
        MatrixView target = sum;
        foreach (var (term, weight) in TermWeights(_intervals, nodes))
        {
            using var held = term.Hold();
            var train = held.Train;
            for (int j = 0; j < TrainSize; j++) VectorRoutines.Axpy(beta * beta * weight, train.Column(j), target.Column(j));
        }
        return sum;
    }

    /// <summary>y ← [J̄_S; J̄_Q] J_S(t₀)ᵀ x: one step of gradient descent from t₀ to t₁ on this interpolant, J̄ the mean of J over the step (theory, section
    /// 8); for several columns, each on a path of its own.</summary>
    /// <param name="paths">This interpolant gone through at different speeds (<see cref="AtSpeeds"/>): one for each column.</param>
    /// <param name="interval">Index of the interval that holds the step.</param>
    /// <param name="from">t₀, where the step begins.</param>
    /// <param name="to">t₁, where the step ends.</param>
    /// <param name="x">N rows.</param>
    /// <param name="y">Receives N + M rows.</param>
    /// <param name="spare">Threads that may compute beside this one.</param>
    /// <exception cref="ArgumentException">The shapes are wrong, or a path is one of another interpolant.</exception>
    public void ApplyChords(IReadOnlyList<InterpolatedTrajectory> paths, int interval, double from, double to, in MatrixView x, in MatrixView y,
        ThreadBudget spare)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(spare);
        if (x.Rows != TrainSize || y.Rows != TrainSize + TestSize || x.Columns != paths.Count || y.Columns != paths.Count)
            throw new ArgumentException($"x is {x.Rows}x{x.Columns}, y {y.Rows}x{y.Columns}; expected {TrainSize} and {TrainSize + TestSize} rows, "
                + $"and {paths.Count} columns.");
        if (paths.Count == 0) return;
        var steps = new (double, double)[paths.Count];
        for (int c = 0; c < steps.Length; c++)
        {
            if (paths[c]._chords != _chords || paths[c].Applied != Applied) throw new ArgumentException("A path is one of another interpolant.", nameof(paths));
            steps[c] = (paths[c].Theta(interval, from), paths[c].Theta(interval, to));
        }
        if (Applied is { } applied) applied.Chords(interval, steps, x, y);
        else _chords.Apply(interval, steps, x, y, spare);
    }

    /// <summary>A ← [J̄_S; J̄_Q] J_S(t₀)ᵀ, (N+M)×N; see <see cref="ApplyChords"/>.</summary>
    public void Chord(int interval, double from, double to, in MatrixView a)
    {
        if (a.Rows != TrainSize + TestSize || a.Columns != TrainSize)
            throw new ArgumentException($"The buffer is {a.Rows}x{a.Columns}, expected {TrainSize + TestSize}x{TrainSize}.");
        RequireFormed();
        _chords.Fill(interval, Theta(interval, from), Theta(interval, to), a);
    }

    /// <inheritdoc/>
    protected override void KernelsCore(int interval, double time, in MatrixView kernels) =>
        Sum(interval, time, 1, 0, kernels, kernels, firstRow: 0, lower: false, s_alone);

    /// <inheritdoc/>
    protected override void TrainKernelCore(int interval, double time, double alpha, double gamma, in MatrixView c, in MatrixView a, bool lower,
        ThreadBudget spare) => Sum(interval, time, alpha, gamma, c, a, firstRow: 0, lower, spare);

    /// <inheritdoc/>
    protected override void TestKernelCore(int interval, double time, in MatrixView a, ThreadBudget spare) =>
        Sum(interval, time, 1, 0, a, a, firstRow: TrainSize, lower: false, spare);

    /// <inheritdoc/>
    public override IReadOnlyList<WeightedTerm>? Terms(int interval) => IsApplied ? null : _intervals[interval];

    /// <inheritdoc/>
    protected override void ApplyTrainCore(int interval, ReadOnlySpan<double> times, in MatrixView x, in MatrixView y)
    {
        if (Applied is not { } applied) base.ApplyTrainCore(interval, times, x, y);
        else applied.Train(interval, Thetas(interval, times), x, y);
    }

    /// <inheritdoc/>
    protected override void ApplyTestCore(int interval, ReadOnlySpan<double> times, in MatrixView x, in MatrixView y)
    {
        if (Applied is not { } applied) base.ApplyTestCore(interval, times, x, y);
        else applied.Test(interval, Thetas(interval, times), x, y);
    }

    private double[] Thetas(int interval, ReadOnlySpan<double> times)
    {
        var thetas = new double[times.Length];
        for (int c = 0; c < thetas.Length; c++) thetas[c] = Theta(interval, times[c]);
        return thetas;
    }

    private void RequireFormed()
    {
        if (IsApplied) throw new NotSupportedException("The kernels of this run are applied to vectors and never formed.");
    }

    /// <inheritdoc/>
    public override double Position(int interval, double time) => Theta(interval, time);

    /// <inheritdoc/>
    protected override void HessianCore(int interval, double time, OutputHessian B) =>
        _hessians.At(interval, Theta(interval, time), B);

    // Σ_i ω_i Σ_t c_t(θ_i) K_t = Σ_t (Σ_i ω_i c_t(θ_i)) K_t: scalars per node, matrices once per term.
    private Dictionary<KernelTerm, double> TermWeights(IReadOnlyList<IReadOnlyList<WeightedTerm>> intervals, IEnumerable<QuadratureNode> nodes)
    {
        var weights = new Dictionary<KernelTerm, double>(ReferenceEqualityComparer.Instance);
        foreach (var node in nodes)
        {
            double theta = Theta(node.Interval, node.Time);
            foreach (var t in intervals[node.Interval])
                weights[t.Term] = weights.GetValueOrDefault(t.Term) + node.Weight * t.At(theta);
        }
        return weights;
    }

    /// <summary>θ of a time in an interval.</summary>
    internal double Theta(int interval, double time)
    {
        double theta = (time - Knots[interval]) / (Knots[interval + 1] - Knots[interval]);
        if (_rates is null || Math.Abs(_rates[interval]) < EvenSpeed) return theta;
        double c = _rates[interval];
        return Math.Clamp((1 - Math.Exp(-c * theta)) / (1 - Math.Exp(-c)), 0, 1);
    }

    /// <summary>The same path of kernels that were projected on a range of r dimensions, with B = βI of order r; K_QQ stays as it is.</summary>
    internal InterpolatedTrajectory Projected(int rank, Func<KernelTerm, KernelTerm> projected)
    {
        var intervals = _intervals.Select(terms => terms.Select(t => new WeightedTerm(projected(t.Term), t.Coefficients)).ToArray()).ToArray();
        return new(rank, TestSize, Knots, intervals, _testIntervals, HessianPath.Multiple(Beta!.Value), _chords, 1, Beta, HasTestKernel, Epsilon)
        {
            _rates = _rates,
        };
    }

    /// <summary>The same path, gone through in every interval at a speed that falls as e^{−cθ}: at the relative time θ it is where this one is at
    /// φ(θ) = (1 − e^{−cθ})/(1 − e^{−c}).</summary>
    /// <param name="rates">c for every interval; 0 for an even speed, negative for one that grows.</param>
    /// <exception cref="ArgumentException">The rates are not one for each interval.</exception>
    public InterpolatedTrajectory AtSpeeds(IReadOnlyList<double> rates)
    {
        ArgumentNullException.ThrowIfNull(rates);
        if (rates.Count != Intervals) throw new ArgumentException($"rates: found {rates.Count} numbers, expected {Intervals}, "
            + "one for each interval.", nameof(rates));
        var copy = (InterpolatedTrajectory)MemberwiseClone();
        copy._rates = rates;
        return copy;
    }

    // A ← α·Σ_t c_t(θ) X_t + γ·C for the rows of [K_SS; K_QS] from the first on, as many as A has.
    private void Sum(int interval, double time, double alpha, double gamma, in MatrixView c, in MatrixView a, int firstRow, bool lower, ThreadBudget spare)
    {
        RequireFormed();
        double theta = Theta(interval, time);
        var terms = _intervals[interval];
        var (held, sources, weights) = TermSum.Room(terms.Count);
        int taken = 0;
        try
        {
            for (; taken < terms.Count; taken++)
            {
                held[taken] = terms[taken].Term.HoldKernels();
                (sources[taken], weights[taken]) = (held[taken].Matrix.Values, alpha * terms[taken].At(theta));
            }
            var sum = new TermSum(sources, weights, terms.Count, firstRow, TrainSize + TestSize, gamma, c, a, lower);
            SharedColumns.Run(spare, a.Columns, (lower ? 0.5 : 1) * a.Rows * a.Columns, sum);
        }
        finally
        {
            for (int t = 0; t < taken; t++) held[t].Dispose();
            Array.Clear(held);
            Array.Clear(sources);
        }
    }
}
