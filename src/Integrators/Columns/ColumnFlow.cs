using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>The flow of a few columns by products alone: nothing is formed and nothing factorized.</summary>
/// <remarks>
/// One step per interval where its error allows, by Radau IIA rules of more and more nodes (<see cref="ColumnStep"/>), whose equations are solved by a Krylov
/// method. All nodes, columns and models are multiplied with a stored block at the same time: a block is read from memory once per iteration, not once per
/// vector. Where the flow is so stiff that factorizations would cost less, it says so and leaves it to <see cref="FlowIntegrator"/>.
/// </remarks>
public sealed class ColumnFlow
{
    // Multiplications, in N³ per interval and model, that factorizations would cost.
    private const double Worth = 40;

    private const int SmallOrder = 100, MaximumPasses = 4;
    private const double Shortest = 1.0 / 256, Safety = 0.5, Growth = 4, Cut = 0.25;

    private readonly IReadOnlyList<ColumnStart> _starts;
    private readonly ColumnModel[] _models;
    private readonly ColumnStep _step;
    private readonly double _worth;
    private readonly CancellationToken _cancellation;

    private ColumnFlow(IReadOnlyList<ColumnStart> starts, Backend backend, CancellationToken cancellation)
    {
        var one = starts[0].Trajectory;
        (_starts, _cancellation, _models) = (starts, cancellation, new ColumnModel[starts.Count]);
        for (int v = 0, first = 0; v < _models.Length; first += _models[v++].Columns)
            _models[v] = new ColumnModel(starts[v], first, ColumnNodes.Levels.Max(l => l.Count));
        _step = new ColumnStep(_models, one.TrainSize, one.TestSize, backend);
        double n = Math.Max(one.TrainSize, SmallOrder);
        _worth = Worth * n * n * n / ((double)one.TrainSize * one.TrainSize) * starts.Count * one.Intervals;
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
                if (t.Terms(k) is null) return null;
        }
        return new ColumnFlow(starts, backend, cancellation).Run(tolerance);
    }

    private IReadOnlyList<BlockTransport>? Run(double tolerance)
    {
        double share = 1;
        for (int pass = 1; pass <= MaximumPasses; pass++)
        {
            if (Pass(tolerance * share, out int steps, out int rejected) is not { } errors) return null;
            double error = errors.Max(e => e.Largest);
            if (error <= tolerance) return [.. _models.Select((m, v) => Result(m, errors[v], new SolveReport("radau columns", steps, rejected, pass)))];
            share *= Math.Max(1e-3, 0.5 * tolerance / error);
        }
        return null;
    }

    private IntegrationError[]? Pass(double tolerance, out int steps, out int rejected)
    {
        (steps, rejected) = (0, 0);
        for (int v = 0; v < _models.Length; v++)
        {
            _starts[v].Block.CopyTo(_step.X.ColumnRange(_models[v].First, _models[v].Columns));
            _models[v].Errors.Clear();
            _models[v].Gramian.Clear();
        }
        _step.TrainSum.Fill(0);
        _step.TestSum.Fill(0);
        int intervals = _models[0].Trajectory.Intervals;
        double proposal = 1;
        for (int k = 0; k < intervals; k++)
        {
            _step.BeginInterval(k);
            double from = 0;
            proposal = Math.Min(1, proposal);
            while (from < 1)
            {
                _cancellation.ThrowIfCancellationRequested();
                double left = 1 - from, share = left / Math.Ceiling(left / proposal * (1 - 1e-12)), allowed = tolerance * share / intervals;
                double error = _step.Try(k, from, share, allowed, out int order);
                double factor = double.IsFinite(error) ? Math.Pow(Safety * allowed / error, 1.0 / order) : Cut;
                if (error <= allowed)
                {
                    _step.Accept();
                    steps++;
                    from = share == left ? 1 : from + share;
                    proposal = share * Math.Clamp(factor, Safety, Growth);
                    continue;
                }
                rejected++;
                proposal = share * Math.Clamp(factor, Cut, 0.7);
                if (proposal < Shortest || _step.Products > _worth) return null;
            }
        }
        return [.. _models.Select(m => m.Errors.RelativeTo(new OperatorNorms(MatrixNorms.Frobenius(Of(_step.X, m)), MatrixNorms.Frobenius(m.Gramian),
            MatrixNorms.Frobenius(Of(_step.TrainSum, m)), MatrixNorms.Frobenius(Of(_step.TestSum, m)))))];
    }

    private static MatrixView Of(in MatrixView all, ColumnModel model) => all.ColumnRange(model.First, model.Columns);

    private BlockTransport Result(ColumnModel m, IntegrationError error, SolveReport report) => new(Of(_step.X, m).ToMatrix(),
        Of(_step.TrainSum, m).ToMatrix(), Of(_step.TestSum, m).ToMatrix(), DenseMatrix.OfMatrix(m.Gramian), error, report);
}
