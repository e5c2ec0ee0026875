using KernelFlow.Analysis.Carries;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Budgets;

/// <summary>The flow of g(s) by the model under test, interval by interval, and what other models make of the same intervals.</summary>
/// <remarks>A difference that is made in a few intervals from the same start cannot cancel against one made elsewhere, and cannot grow as one does that is
/// carried through a window on a model past the edge of stability.</remarks>
internal sealed class LocalFlow
{
    /// <summary>The differences are estimates to a factor of two; integrating them to this leaves that untouched down to differences of this relative
    /// size.</summary>
    public const double Tolerance = 1e-6;

    private readonly AnalysisInput _input;
    private readonly PropagationOptions _solver;
    private readonly CancellationToken _cancellation;

    /// <summary>Carries g(s) through every interval.</summary>
    public LocalFlow(AnalysisInput input, KernelTrajectory trajectory, double tolerance, CancellationToken cancellation)
    {
        (_input, Trajectory, _cancellation) = (input, trajectory, cancellation);
        var options = input.Propagation(tolerance);
        // One method for all pieces: a choice for each would look at the rates of each. That of a looser tolerance would have the order that whole operators
        // need: vectors of merged intervals are less even, and take many steps with it.
        _solver = options with { Method = options.Method.Resolve(trajectory, Math.Min(tolerance, Tolerance), options.Seed).Method };
        var gradient = input.StartGradient;
        for (int k = 0; k < trajectory.Intervals; k++)
        {
            Gradients.Add(gradient);
            var (end, train, test, dissipated) = Carry(trajectory, k, k + 1, gradient);
            Train.Add(train);
            Test.Add(test);
            Dissipated.Add(dissipated);
            gradient = end;
        }
        Gradients.Add(gradient);
    }

    /// <summary>The relative error to which vectors are carried through an interval.</summary>
    public double CarriedTo => _solver.RelativeTolerance;

    /// <summary>The model under test.</summary>
    public KernelTrajectory Trajectory { get; }

    /// <summary>P(t_k,s) g(s) at every checkpoint.</summary>
    public List<double[]> Gradients { get; } = [];

    /// <summary>Predicted displacement of the training outputs in every interval.</summary>
    public List<double[]> Train { get; } = [];

    /// <summary>Predicted displacement of the test outputs in every interval.</summary>
    public List<double[]> Test { get; } = [];

    /// <summary>∫ gᵀK g over every interval.</summary>
    public List<double> Dissipated { get; } = [];

    /// <summary>All intervals together.</summary>
    public Prediction Whole => new(Gradients.Index().ToDictionary(g => g.Index, g => g.Item), Sum(Train), Sum(Test), -Dissipated.Sum());

    /// <summary>What another model makes of intervals that it takes as one, or as they are.</summary>
    /// <param name="other">The other model.</param>
    /// <param name="kept">The checkpoints that are its knots.</param>
    /// <param name="where">The intervals; their ends are knots of the other model.</param>
    public LocalDifference Difference(KernelTrajectory other, IReadOnlyList<int> kept, MergedIntervals where)
    {
        int from = IndexOf(kept, where.First), to = IndexOf(kept, where.Last);
        var (gradient, train, test, _) = Carry(other, from, to, Gradients[where.First]);
        for (int k = where.First; k < where.Last; k++)
        {
            VectorRoutines.Axpy(-1, Train[k], train);
            VectorRoutines.Axpy(-1, Test[k], test);
        }
        VectorRoutines.Axpy(-1, Gradients[where.Last], gradient);
        return new LocalDifference(where, gradient, train, test);
    }

    /// <summary>A block of gradients through one interval of the model under test.</summary>
    public BlockTransport Carry(int interval, in MatrixView block) =>
        FlowIntegrator.Transport(new WindowTrajectory(Trajectory, interval, interval + 1), block, _solver, _input.Backend, _cancellation);

    private (double[] Gradient, double[] Train, double[] Test, double Dissipated) Carry(KernelTrajectory model, int from, int to, double[] gradient)
    {
        if (VectorMath.Norm(gradient) == 0) return (new double[gradient.Length], new double[gradient.Length], new double[model.TestSize], 0);
        var carried = FlowIntegrator.Transport(new WindowTrajectory(model, from, to), gradient, _solver, _input.Backend, _cancellation);
        return ([.. carried.AtKnots[^1]], VectorMath.Negate(carried.Train), VectorMath.Negate(carried.Test), carried.Dissipated);
    }

    private static double[] Sum(List<double[]> parts)
    {
        var sum = new double[parts[0].Length];
        foreach (double[] part in parts) VectorRoutines.Axpy(1, part, sum);
        return sum;
    }

    private static int IndexOf(IReadOnlyList<int> kept, int checkpoint)
    {
        for (int i = 0; i < kept.Count; i++)
            if (kept[i] == checkpoint) return i;
        throw new System.Diagnostics.UnreachableException();
    }
}
