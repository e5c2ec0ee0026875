using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Chooses the steps of a sweep: lengths by the decay of constant kernels, then shorter ones where the kernels change too much along a step.</summary>
/// <remarks>
/// Every interval is carried with its steps and with halved ones on a few vectors. The differences are the local errors e_i, and panels that are f_i times
/// shorter take √f_i times the products and leave e_i·f_i^{−p}: among all f the products are fewest with f_i in proportion to (e_i/c_i)^{1/(p+1/2)}, c_i the
/// products of the interval. Where P alone counts, the largest difference of each interval is carried on to the end of the window, and e_i is what is left of
/// it there: most of an early one decays. Where a vector is found along which the operator is off by more, the same is done once more for that vector: an error
/// that a random vector hides lies in few of the intervals, and shorter steps in all of them would cost twice the products.
/// </remarks>
internal sealed class SweepPlanner
{
    private const int Passes = 5;

    // Of the tolerance: what is aimed at, and what is accepted. A change by more than a factor 4 is not trusted to the order of the scheme.
    internal const double Aim = 0.6;

    private const double Accepted = 0.9, Change = 4, Longest = 1.0 / 16, Shortest = 256;

    // Once the tolerance is met, steps are lengthened where that saves so much of the products.
    private const double Worth = 0.9;

    private readonly KernelProducts _products;
    private readonly SweepScheme _scheme;
    private readonly SweepRates _rates;
    private readonly SweepOptions _options;
    private readonly double _tolerance;
    private readonly bool _propagator;
    private readonly CancellationToken _cancellation;

    /// <summary>A planner of steps for P alone, or for P, W_S and G.</summary>
    public SweepPlanner(KernelProducts products, SweepScheme scheme, SweepOptions options, Backend backend, bool propagator,
        CancellationToken cancellation)
    {
        (_products, _scheme, _options, _tolerance, _propagator, _cancellation) = (products, scheme, options, options.Tolerance, propagator, cancellation);
        _rates = new SweepRates(products, backend);
    }

    /// <summary>Steps that meet the tolerance on random vectors and those of the options.</summary>
    public SweepLayout Plan(double[] bounds)
    {
        var start = SweepProbes.Of(_products, _options);
        double stiffness = 0;
        for (int i = 0; i < bounds.Length; i++) stiffness += bounds[i] * (_products.Knots[i + 1] - _products.Knots[i]);
        double growth = GradedGrowth.For(_scheme, Aim * _tolerance, stiffness, _propagator);
        var layout = new SweepLayout(_scheme, _tolerance, growth, bounds, [.. Enumerable.Repeat(1.0, bounds.Length)]);
        SweepLayout? best = null;
        double bestCost = double.PositiveInfinity, bestError = double.PositiveInfinity;
        for (int pass = 0; pass < Passes; pass++)
        {
            var (errors, costs) = Measure(layout, start);
            double total = errors.Sum(), cost = costs.Sum();
            bool met = total <= Accepted * _tolerance, saved = cost < Worth * bestCost;
            if (met ? bestError > Accepted * _tolerance || cost < bestCost : total < bestError) (best, bestCost, bestError) = (layout, cost, total);
            if (met && pass > 0 && !saved) break;
            layout = layout with { Refinement = Refined(layout.Refinement, errors, costs, lengthen: true) };
        }
        return best!;
    }

    /// <summary>Shorter steps in the intervals in which vectors along which the operator is off by more meet their error.</summary>
    public SweepLayout Shorter(SweepLayout layout, in MatrixView worst)
    {
        var (errors, costs) = Measure(layout, worst);
        return layout with { Refinement = Refined(layout.Refinement, errors, costs, lengthen: false) };
    }

    private (double[] Errors, double[] Costs) Measure(SweepLayout layout, in MatrixView start)
    {
        int n = start.Rows, c = start.Columns, intervals = _products.Intervals;
        double[] p = new double[intervals], w = new double[intervals], g = new double[intervals], costs = new double[intervals];
        // The coarse columns, and beside them the differences of the intervals before, which take the same steps.
        MatrixView state = Buffers.Zero(n, c), coarse = Buffers.Zero(n, c + (_propagator ? intervals : 0)), sum = Buffers.Zero(n, c),
            otherSum = Buffers.Zero(n, c), whole = Buffers.Zero(n, c), term = Buffers.Zero(n, c);
        start.CopyTo(state);
        double[] form = new double[c], otherForm = new double[c], all = new double[c];
        for (int i = 0; i < intervals; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            var steps = layout.Interval(_products.Knots, i);
            var other = coarse.ColumnRange(0, c);
            state.CopyTo(other);
            costs[i] = steps.Sum(s => (double)s.Degree);
            if (_propagator)
            {
                Transport(steps, coarse.ColumnRange(0, c + i));
                Transport(layout.Interval(_products.Knots, i, halves: true), state);
                KeepLargestDifference(state, other, coarse.Column(c + i));
                continue;
            }
            Carry(steps, other, otherSum, otherForm, term);
            Carry(layout.Interval(_products.Knots, i, halves: true), state, sum, form, term);
            for (int j = 0; j < c; j++)
            {
                p[i] = Math.Max(p[i], VectorRoutines.Distance(state.Column(j), other.Column(j)));
                g[i] = Math.Max(g[i], VectorRoutines.Distance(sum.Column(j), otherSum.Column(j)));
                w[i] = Math.Max(w[i], Math.Abs(form[j] - otherForm[j]));
                all[j] += form[j];
            }
            SweepRates.Add(1, sum, whole);
        }
        for (int i = 0; _propagator && i < intervals; i++) p[i] = VectorRoutines.Norm(coarse.Column(c + i));
        double largestW = all.Max(), largestG = 0, order = Math.Pow(2, _scheme.Order);
        for (int j = 0; j < c; j++) largestG = Math.Max(largestG, VectorRoutines.Norm(whole.Column(j)));
        var errors = new double[intervals];
        for (int i = 0; i < intervals; i++)
        {
            // What is wrong with the columns goes on into all that follows.
            double relative = p[i] + (_propagator ? 0 : Math.Max(largestW > 0 ? w[i] / largestW : 0, largestG > 0 ? g[i] / largestG : 0));
            errors[i] = relative * order / (order - 1);
            if (!double.IsFinite(errors[i]))
                throw new NumericalException($"{_scheme.Name}: a value that is not finite appeared between the knots {i} and {i + 1}.");
        }
        return (errors, costs);
    }

    private void Transport(List<SweepStep> steps, in MatrixView x)
    {
        foreach (var step in steps)
            if (step.Length > 0) _scheme.Forward(_rates, step, x);
    }

    private static void KeepLargestDifference(in MatrixView fine, in MatrixView coarse, Span<double> kept)
    {
        int largest = 0;
        double norm = -1;
        for (int j = 0; j < fine.Columns; j++)
        {
            double distance = VectorRoutines.Distance(fine.Column(j), coarse.Column(j));
            // What is not finite must be seen by who judges the errors.
            if (distance > norm || !double.IsFinite(distance)) (largest, norm) = (j, distance);
        }
        VectorRoutines.Combine(1, fine.Column(largest), -1, coarse.Column(largest), kept);
    }

    // The columns at the end, Σ ω K Y and Σ ω yᵀKy over an interval.
    private void Carry(List<SweepStep> steps, in MatrixView x, in MatrixView sum, double[] form, in MatrixView term)
    {
        sum.Fill(0);
        Array.Clear(form);
        foreach (var step in steps)
        {
            if (step.Length > 0) _scheme.Forward(_rates, step, x);
            if (step.Weight <= 0) continue;
            _products.ApplyTrain(step.Interval, step.End, x, term);
            for (int j = 0; j < x.Columns; j++) form[j] += step.Weight * VectorRoutines.Dot(x.Column(j), term.Column(j));
            SweepRates.Add(step.Weight, term, sum);
        }
    }

    private double[] Refined(double[] current, double[] errors, double[] costs, bool lengthen)
    {
        double power = 1 / (_scheme.Order + 0.5), low = 1e-12, high = 1e12, target = Aim * _tolerance;
        // A random vector sees an error of one direction √N times too small. Where steps are lengthened, what they grow to is trusted that much less.
        double hidden = Math.Sqrt(_products.TrainSize);
        double Factor(int i, double scale)
        {
            double factor = scale * Math.Pow(errors[i] / Math.Max(1, costs[i]), power);
            if (factor * current[i] < 1) factor = Math.Min(1 / current[i], factor * Math.Pow(hidden, power));
            return Math.Clamp(factor, lengthen ? Math.Max(1 / Change, Longest / current[i]) : 1, Shortest);
        }

        for (int round = 0; round < 200; round++)
        {
            double scale = Math.Sqrt(low * high), left = 0;
            for (int i = 0; i < errors.Length; i++) left += errors[i] * Math.Pow(Factor(i, scale), -_scheme.Order);
            if (left > target) low = scale;
            else high = scale;
        }
        return [.. current.Select((f, i) => f * Factor(i, high))];
    }
}
