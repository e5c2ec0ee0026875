using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>The ranges that a window may be reduced to: those of the leading eigenvectors of ∫K_SS dτ, each with its bound.</summary>
/// <remarks>Among the ranges of a dimension that one makes d₁ and d smallest, which are its next eigenvalue and the sum of the rest.</remarks>
public sealed class RangeSearch
{
    private readonly InterpolatedTrajectory _trajectory;
    private readonly Backend _backend;
    private readonly bool _positive;
    private readonly Dictionary<KernelTerm, (double Signed, double Absolute)> _integrals;
    private readonly DenseMatrix _vectors; // ∫K_SS until it is decomposed
    private readonly double _trace;
    private List<TermMeasures>? _terms;
    private MatrixView _basis;
    private double _testEnergy, _growth;

    /// <summary>Forms ∫K_SS dτ and its eigenvalues.</summary>
    /// <param name="trajectory">What is to be reduced.</param>
    /// <param name="positive">Whether the kernels are products of Jacobians, and so positive semidefinite with K_QS and K_QQ.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <exception cref="ArgumentException">The trajectory cannot be reduced.</exception>
    public RangeSearch(InterpolatedTrajectory trajectory, bool positive, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(backend);
        if (RangeReduction.Obstacle(trajectory) is { } obstacle) throw new ArgumentException(obstacle, nameof(trajectory));
        (_trajectory, _positive, _backend) = (trajectory, positive, backend);
        _integrals = TermIntegrals.Of(trajectory);
        _vectors = Integral();
        for (int i = 0; i < Size; i++) _trace += _vectors.At(i, i);
        var values = new double[Size];
        backend.SymmetricEigen(_vectors, values, vectors: true);
        Array.Reverse(values);
        Eigenvalues = values;
    }

    /// <summary>N.</summary>
    public int Size => _trajectory.TrainSize;

    /// <summary>The eigenvalues of ∫K_SS dτ, descending.</summary>
    public IReadOnlyList<double> Eigenvalues { get; }

    /// <summary>The dimension of the range as far as rounding lets it be told.</summary>
    public int NumericalRank => Eigenvalues.Count(v => v > Rounding * Eigenvalues[0]);

    private double Rounding => Size * Tolerances.Epsilon;

    /// <summary>What the relative Frobenius error of W_S is bounded by at least, whatever the kernels look like in the coordinates of a range, with W_S as
    /// large as if they commuted: where this is too much nothing needs to be projected.</summary>
    /// <param name="rank">r.</param>
    public double Least(int rank)
    {
        double beta = _trajectory.Beta!.Value, left = 0, w = 0;
        for (int j = 0; j < Size; j++)
        {
            double value = Math.Max(Eigenvalues[j], 0);
            if (j >= rank) left += value;
            w += Math.Pow((1 - Math.Exp(-2 * beta * value)) / (2 * beta), 2);
        }
        return w > 0 ? left / Math.Sqrt(w) : double.PositiveInfinity;
    }

    /// <summary>Projects the kernels on the leading eigenvectors; the ranges of up to so many dimensions can then be asked for.</summary>
    /// <param name="most">The largest dimension.</param>
    /// <param name="cancellation">Honoured between kernels.</param>
    public void Project(int most, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, Size);
        _basis = new DenseMatrix(Size, most);
        MatrixView vectors = _vectors;
        for (int j = 0; j < most; j++) vectors.Column(Size - 1 - j).CopyTo(_basis.Column(j));
        _terms = [];
        foreach (var (term, weights) in _integrals)
        {
            cancellation.ThrowIfCancellationRequested();
            _terms.Add(new TermMeasures(term, weights.Absolute, _basis, !_positive, _backend));
        }
        _testEnergy = SymmetricEigenvalues.Largest(_trajectory.TestKernelIntegral(ExactNodes()), _backend);
        _growth = _positive ? 0 : _trajectory.Beta!.Value * _integrals.Sum(t => t.Value.Absolute * Negative(t.Key));
    }

    /// <summary>The bound of the range of a dimension.</summary>
    /// <param name="rank">r, at most what was projected on.</param>
    public TruncationBound Bound(int rank)
    {
        var terms = Projected(rank);
        double Sum(Func<TermMeasures, double> of) => terms.Sum(t => t.Weight * of(t));
        double rounding = Rounding * Sum(t => t.Norm);
        double largest = rank < Size ? Math.Max(Eigenvalues[rank], 0) : 0, rest = 0;
        for (int j = rank; j < Size; j++) rest += Math.Max(Eigenvalues[j], 0);
        return new TruncationBound(new RangeTails
        {
            Beta = _trajectory.Beta!.Value,
            Largest = largest + Rounding * Eigenvalues[0],
            Trace = rest + Rounding * _trace,
            Coupling = Sum(t => t.Coupling(rank)) + rounding,
            TestCoupling = Sum(t => t.TestCoupling(rank)) + Rounding * Sum(t => t.TestNorm),
            TestKernel = Sum(t => t.TestKernel(rank)),
            TestEnergy = _testEnergy * (1 + _trajectory.TestSize * Tolerances.Epsilon),
            Rest = _positive ? null : Sum(t => t.Rest(rank)) + rounding,
            Growth = _growth,
        });
    }

    /// <summary>The largest of the relative Frobenius errors of P, W_S, G_S and G_Q that a range allows, with norms of these operators as they would be if the
    /// kernels commuted: what a range is chosen by, and not a bound.</summary>
    /// <param name="rank">r, at most what was projected on.</param>
    public double Expected(int rank) => Expected(rank, Bound(rank));

    /// <summary>The same with the bound of a reduction that the search gave, which <see cref="RangeReduction.WithResiduals"/> may have made smaller.</summary>
    /// <param name="range">The reduction.</param>
    public double Expected(RangeReduction range)
    {
        ArgumentNullException.ThrowIfNull(range);
        return Expected(range.Rank, range.Bound);
    }

    private double Expected(int rank, TruncationBound bound)
    {
        double beta = _trajectory.Beta!.Value, p = 0, w = 0, g = 0, q = 0;
        var test = new DenseMatrix(Math.Max(1, _trajectory.TestSize), _basis.Columns);
        foreach (var t in Projected(rank))
            for (int j = 0; j < _basis.Columns && _trajectory.TestSize > 0; j++)
                VectorRoutines.Axpy(_integrals[t.Term].Signed, t.Test.Column(j), ((MatrixView)test).Column(j));
        for (int j = 0; j < Size; j++)
        {
            double x = beta * Math.Max(Eigenvalues[j], 0), moved = 1 - Math.Exp(-x);
            p += Math.Exp(-2 * x);
            w += Math.Pow((1 - Math.Exp(-2 * x)) / (2 * beta), 2);
            g += Math.Pow(moved / beta, 2);
            if (j >= _basis.Columns) continue;
            var column = ((MatrixView)test).Column(j);
            q += VectorRoutines.Dot(column, column) * (x > 0 ? Math.Pow(moved / x, 2) : 1);
        }
        double largest = Math.Max(bound.FrobeniusP.Frobenius / Math.Sqrt(p), Math.Max(bound.FrobeniusW.Frobenius / Math.Sqrt(w),
            bound.FrobeniusG.Frobenius / Math.Sqrt(g)));
        return q > 0 ? Math.Max(largest, bound.FrobeniusOfTest / Math.Sqrt(q)) : largest;
    }

    /// <summary>The smallest dimension at which <see cref="Expected(int)"/> is below a tolerance; null where there is none among those
    /// that were projected on.</summary>
    /// <param name="tolerance">The tolerance.</param>
    public int? Smallest(double tolerance)
    {
        // The bound falls with the dimension up to rounding, so that it is bisected.
        int low = 0, high = _basis.Columns;
        if (!(Expected(high) <= tolerance)) return null;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (Expected(middle) <= tolerance) high = middle;
            else low = middle;
        }
        return high;
    }

    /// <summary>The reduction to a dimension.</summary>
    /// <param name="rank">r, at most what was projected on.</param>
    public RangeReduction Reduce(int rank)
    {
        var reduced = new Dictionary<KernelTerm, KernelTerm>(ReferenceEqualityComparer.Instance);
        foreach (var t in Projected(rank)) reduced.Add(t.Term, new KernelTerm(t.Reduced(rank), null));
        return new RangeReduction(_trajectory, _basis.ColumnRange(0, rank).ToMatrix(), _trajectory.Projected(rank, term => reduced[term]), Bound(rank));
    }

    private List<TermMeasures> Projected(int rank)
    {
        var terms = _terms ?? throw new InvalidOperationException("The kernels have not been projected yet.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, _basis.Columns);
        return terms;
    }

    private DenseMatrix Integral()
    {
        var sum = new DenseMatrix(Size, Size);
        MatrixView target = sum;
        foreach (var (term, weights) in _integrals)
        {
            using var held = term.Hold();
            var train = held.Train;
            for (int j = 0; j < Size; j++) VectorRoutines.Axpy(weights.Signed, train.Column(j), target.Column(j));
        }
        MatrixNorms.SymmetricPart(sum);
        return sum;
    }

    // Gauss's rule of four nodes is exact for polynomials of degree 7, and kernels with J cubic have degree 6.
    private IEnumerable<QuadratureNode> ExactNodes()
    {
        double inner = Math.Sqrt(3.0 / 7 - 2.0 / 7 * Math.Sqrt(1.2)), outer = Math.Sqrt(3.0 / 7 + 2.0 / 7 * Math.Sqrt(1.2));
        double large = (18 + Math.Sqrt(30)) / 72, small = (18 - Math.Sqrt(30)) / 72;
        (double X, double Weight)[] rule = [(-outer, small), (-inner, large), (inner, large), (outer, small)];
        for (int i = 0; i < _trajectory.Intervals; i++)
        {
            double from = _trajectory.Knots[i], length = _trajectory.Knots[i + 1] - from;
            foreach (var (x, weight) in rule) yield return new QuadratureNode(i, from + 0.5 * length * (1 + x), weight * length);
        }
    }

    // max(0, −λ_min) of a kernel that was recorded.
    private double Negative(KernelTerm term)
    {
        using var held = term.Hold();
        var values = new double[Size];
        _backend.SymmetricEigen(held.Train.ToMatrix(), values, vectors: false);
        return Math.Max(0, -values[0]);
    }
}
