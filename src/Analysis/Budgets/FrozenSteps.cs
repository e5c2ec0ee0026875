using KernelFlow.Analysis.Carries;
using KernelFlow.Analysis.MatrixFree;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>The flow of g(s) along frozen steps, and that of other models along the same ones: what the steps make wrong is wrong with all of them
/// alike.</summary>
/// <remarks>Each other model takes one sweep of one vector, where steps of its own would have to be chosen first.</remarks>
internal sealed class FrozenSteps
{
    // Differences count to a factor of two, and what the steps make wrong is in neither: four panels of the frozen steps are one.
    private const int Together = 4;

    private readonly KernelTrajectory _trajectory;
    private readonly Lazy<FlowSweep> _sweep;
    private readonly Lazy<Path> _path;
    private readonly CancellationToken _cancellation;

    /// <param name="trajectory">The model under test.</param>
    /// <param name="start">g(s).</param>
    /// <param name="sweep">Its steps, chosen where they are first needed.</param>
    /// <param name="cancellation">Honoured between intervals.</param>
    public FrozenSteps(KernelTrajectory trajectory, double[] start, Func<FlowSweep> sweep, CancellationToken cancellation)
    {
        (_trajectory, _cancellation) = (trajectory, cancellation);
        _sweep = new Lazy<FlowSweep>(() => sweep().Joined(Together));
        _path = new Lazy<Path>(() => Carried(start));
    }

    /// <summary>A block through one interval of the model under test.</summary>
    public BlockTransport Carry(int interval, in MatrixView block) =>
        Carry(new WindowTrajectory(_trajectory, interval, interval + 1), interval, interval + 1, block);

    /// <summary>What another model makes of an interval that it takes as one, less what the model under test makes of it.</summary>
    /// <param name="other">The other model between the ends of the interval.</param>
    /// <param name="where">The interval.</param>
    public LocalDifference Difference(KernelTrajectory other, MergedIntervals where)
    {
        var path = _path.Value;
        double[] start = path.Gradients[where.First];
        if (VectorMath.Norm(start) == 0) return new LocalDifference(where, new double[start.Length], new double[start.Length], new double[other.TestSize]);
        var carried = Carry(other, where.First, where.Last, new MatrixView(start, start.Length, 1));
        double[] gradient = VectorMath.Subtract(carried.End.Values, path.Gradients[where.Last]), train = carried.Train.Values, test = carried.Test.Values;
        for (int k = where.First; k < where.Last; k++)
        {
            VectorRoutines.Axpy(-1, path.Train[k], train);
            VectorRoutines.Axpy(-1, path.Test[k], test);
        }
        return new LocalDifference(where, gradient, VectorMath.Negate(train), VectorMath.Negate(test));
    }

    private BlockTransport Carry(KernelTrajectory window, int first, int last, in MatrixView block) =>
        SweptTransport.Carry(_sweep.Value.Over(new WindowProducts(window), first, last), block, _cancellation);

    private Path Carried(double[] start)
    {
        var path = new Path([start], [], []);
        for (int k = 0; k < _trajectory.Intervals; k++)
        {
            var carried = Carry(k, new MatrixView(path.Gradients[^1], start.Length, 1));
            path.Gradients.Add(carried.End.Values);
            path.Train.Add(carried.Train.Values);
            path.Test.Add(carried.Test.Values);
        }
        return path;
    }

    private sealed record Path(List<double[]> Gradients, List<double[]> Train, List<double[]> Test);
}
