using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>The flow of a few columns by products alone: nothing is formed and nothing factorized.</summary>
/// <remarks>
/// One step per interval where its error allows, by Radau IIA rules of more and more nodes (<see cref="ColumnCollocation"/>), whose equations are solved by a
/// Krylov method; many columns take explicit steps where the interval is not stiff. All nodes, columns and models are multiplied with a stored block at the
/// same time: a block is read from memory once per iteration, not once per vector. Where the flow is so stiff that factorizations would cost less, it says so
/// and leaves it to <see cref="FlowIntegrator"/>.
/// </remarks>
public sealed class ColumnFlow
{
    // Multiplications, in N³ per interval and model, beyond which factorizations cost less; more where there are many columns, and where N is so small that
    // calls cost more than multiplications. Measured on runs of N = 24 to 300.
    private const double Worth = 20;

    private const int SmallOrder = 120, MaximumPasses = 4;
    private const double Shortest = 1.0 / 256, ShortestApplied = 1.0 / (1 << 24), Safety = 0.5, Growth = 4, Cut = 0.25;

    // From so many columns on multiplications count, and not how often blocks are read: then explicit steps, where the end of an interval is not further off
    // than so many of them.
    private const int Wide = 8, ExplicitSteps = 20;

    // The first explicit step of a window: a share of the time in which the columns move by their own size.
    private const double FirstStep = 0.5;

    private readonly IReadOnlyList<ColumnStart> _starts;
    private readonly ColumnState _state;
    private readonly ColumnCollocation _collocation;
    private readonly ColumnExplicit? _explicit;
    private readonly double _shortest;
    private readonly CancellationToken _cancellation;
    private readonly List<int> _stepsPerInterval = [];
    private readonly List<double[]>[] _firstAtKnots;
    private int _steps, _rejected;
    private double _length; // of the next explicit step, in flow time of the first model

    private ColumnFlow(IReadOnlyList<ColumnStart> starts, Backend backend, double worth, CancellationToken cancellation)
    {
        var one = starts[0].Trajectory;
        (_starts, _cancellation) = (starts, cancellation);
        var models = new ColumnModel[starts.Count];
        int most = ColumnNodes.Levels.Max(l => l.Count), columns = 0;
        for (int v = 0; v < models.Length; columns += models[v++].Columns) models[v] = new ColumnModel(starts[v], columns, most);
        var system = new ColumnSystem(models, one.TrainSize, most, backend);
        _state = new ColumnState(models, system, one.TrainSize, one.TestSize);
        _firstAtKnots = [.. models.Select(_ => new List<double[]>())];
        _collocation = new ColumnCollocation(_state);
        bool applied = starts.Any(s => s.Trajectory.IsApplied);
        if (columns >= Wide && !applied) _explicit = new ColumnExplicit(_state, system.MostTerms);
        double n = Math.Max(one.TrainSize, SmallOrder);
        // Where kernels are applied there is nothing to factorize, however stiff the flow is.
        (_shortest, system.MostProducts) = applied ? (ShortestApplied, double.PositiveInfinity)
            : (Shortest, worth * n * n * n / ((double)one.TrainSize * one.TrainSize) * (starts.Count + columns / 16.0) * one.Intervals);
    }

    /// <summary>Carries columns, each by its own trajectory, together.</summary>
    /// <param name="starts">Trajectories of the same sizes and number of intervals, with the columns of each. Blocks that trajectories share are read
    /// once.</param>
    /// <param name="tolerance">Bound on the estimated relative Frobenius errors of each model's columns and sums.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    /// <returns>What became of each; null where it is not a matter of products: a trajectory that is not a sum of stored kernels, or one so stiff that
    /// factorizations cost less.</returns>
    public static IReadOnlyList<BlockTransport>? TryCarry(IReadOnlyList<ColumnStart> starts, double tolerance, Backend backend,
        CancellationToken cancellation = default) => TryCarry(starts, tolerance, backend, Worth, cancellation);

    /// <summary>The same with another number of multiplications, in N³ per interval and model, that it is worth.</summary>
    internal static IReadOnlyList<BlockTransport>? TryCarry(IReadOnlyList<ColumnStart> starts, double tolerance, Backend backend, double worth,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(backend);
        if (starts.Count == 0) return [];
        var one = starts[0].Trajectory;
        foreach (var start in starts)
        {
            var t = start.Trajectory;
            if (t.TrainSize != one.TrainSize || t.TestSize != one.TestSize || t.Intervals != one.Intervals)
                throw new ArgumentException($"N = {t.TrainSize}, M = {t.TestSize}, {t.Intervals} intervals beside N = {one.TrainSize}, M = {one.TestSize}, "
                    + $"{one.Intervals} intervals: columns that are carried together have trajectories of one shape.", nameof(starts));
            PropagationChecks.Block(start.Block, one.TrainSize);
            for (int k = 0; k < t.Intervals; k++)
                if (!t.IsApplied && t.Terms(k) is null) return null;
        }
        return new ColumnFlow(starts, backend, worth, cancellation).Run(tolerance);
    }

    private IReadOnlyList<BlockTransport>? Run(double tolerance)
    {
        double share = 1;
        for (int pass = 1; pass <= MaximumPasses; pass++)
        {
            IntegrationError[]? errors;
            try
            {
                errors = Pass(tolerance * share);
            }
            finally
            {
                _state.System.Release();
            }
            if (errors is null) return null;
            double error = errors.Max(e => e.Largest);
            if (error <= tolerance)
            {
                var report = new SolveReport(_explicit is null ? "radau by products" : "tsit5 and radau by products", _steps, _rejected, pass);
                return [.. _state.Models.Select((m, v) => Result(m, _firstAtKnots[v], errors[v], report))];
            }
            share *= Math.Max(1e-3, 0.5 * tolerance / error);
        }
        return null;
    }

    private IntegrationError[]? Pass(double tolerance)
    {
        (_steps, _rejected, _length) = (0, 0, 0);
        _state.Start(_starts);
        _stepsPerInterval.Clear();
        foreach (var knots in _firstAtKnots) knots.Clear();
        KeepFirst();
        int intervals = _state.Models[0].Trajectory.Intervals;
        double proposal = 1;
        for (int k = 0; k < intervals; k++)
        {
            int before = _steps;
            _state.System.BeginInterval(k);
            double from = _explicit is null ? 0 : CrossExplicit(k, tolerance / intervals);
            if (!CrossByCollocation(k, from, tolerance / intervals, ref proposal)) return null;
            _stepsPerInterval.Add(_steps - before);
            KeepFirst();
        }
        return _state.Errors();
    }

    // Explicit steps as far as they are worth it; returns where they end.
    private double CrossExplicit(int k, double tolerance)
    {
        var knots = _state.Models[0].Trajectory.Knots;
        double whole = knots[k + 1] - knots[k], from = 0;
        _explicit!.BeginInterval();
        if (_length == 0) _length = FirstStep / Math.Max(_explicit.Rate(k, 0, 1), FirstStep / whole);
        while (from < 1)
        {
            _cancellation.ThrowIfCancellationRequested();
            double left = 1 - from, pieces = Math.Ceiling(left * whole / _length * (1 - 1e-12));
            if (!(pieces <= ExplicitSteps)) break;
            double share = left / pieces, allowed = tolerance * share, error = _explicit.Try(k, from, share);
            double factor = double.IsFinite(error) ? Math.Pow(Safety * allowed / error, 1.0 / ColumnExplicit.Order) : Cut;
            if (error <= allowed)
            {
                _state.Accept();
                _explicit.Accepted();
                _steps++;
                from = pieces == 1 ? 1 : from + share;
                // A step shortened by the end of an interval says nothing against the longer one.
                _length = Math.Max(share * whole * Math.Clamp(factor, Safety, Growth), pieces == 1 ? _length : 0);
            }
            else
            {
                _rejected++;
                _length = share * whole * Math.Clamp(factor, Cut, 0.9);
            }
        }
        _explicit.EndInterval();
        return from;
    }

    private bool CrossByCollocation(int k, double from, double tolerance, ref double proposal)
    {
        while (from < 1)
        {
            _cancellation.ThrowIfCancellationRequested();
            double left = 1 - from, pieces = Math.Ceiling(left / Math.Min(1, proposal) * (1 - 1e-12)), share = left / pieces, allowed = tolerance * share;
            double error = _collocation.Try(k, from, share, allowed, out int order);
            double factor = double.IsFinite(error) ? Math.Pow(Safety * allowed / error, 1.0 / order) : Cut;
            if (error <= allowed)
            {
                _state.Accept();
                _steps++;
                from = pieces == 1 ? 1 : from + share;
                proposal = share * Math.Clamp(factor, Safety, Growth);
                continue;
            }
            _rejected++;
            proposal = share * Math.Clamp(factor, Cut, 0.7);
            if (proposal < _shortest || _state.System.IsSpent) return false;
        }
        return true;
    }

    private void KeepFirst()
    {
        for (int v = 0; v < _firstAtKnots.Length; v++) _firstAtKnots[v].Add(_state.Models[v].Of(_state.X).Column(0).ToArray());
    }

    private BlockTransport Result(ColumnModel m, IReadOnlyList<double[]> knots, IntegrationError error, SolveReport report) => new(m.Of(_state.X).ToMatrix(),
        m.Of(_state.TrainSum).ToMatrix(), m.Of(_state.TestSum).ToMatrix(), DenseMatrix.OfMatrix(m.Gramian), error, report)
    {
        FirstAtKnots = knots,
        StepsPerInterval = _stepsPerInterval,
    };
}
