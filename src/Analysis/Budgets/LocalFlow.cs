using KernelFlow.Analysis.Cache;
using KernelFlow.Analysis.Carries;
using KernelFlow.Analysis.MatrixFree;
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

    // Differences count for what they are to a factor of two: of a whole block of them no more is needed than this.
    private const double OfDifferences = 1e-3, FrozenFor = 1e-3;

    // From so many training outputs on other models are swept where kernels are applied: for the Krylov method of ColumnFlow stiff intervals are many steps.
    private const int Swept = 2000;

    private readonly AnalysisInput _input;
    private readonly double _tolerance;
    private double _stiff = double.PositiveInfinity; // the length from which on intervals are left to factorizations
    private readonly Lazy<PropagationOptions> _solver;
    private readonly FrozenSteps? _frozen;
    private readonly CancellationToken _cancellation;

    /// <summary>Carries g(s) through every interval.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="trajectory">The model.</param>
    /// <param name="tolerance">Relative error to which vectors are carried.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    /// <param name="kept">Whether the model is the one under test, of which everything is in the key of a cache.</param>
    /// <param name="steps">Steps that were frozen for this model, along which others are carried; null for the method that carries the model.</param>
    public LocalFlow(AnalysisInput input, KernelTrajectory trajectory, double tolerance, CancellationToken cancellation, bool kept = false,
        FlowSweep? steps = null)
    {
        (_input, Trajectory, _tolerance, _cancellation) = (input, trajectory, tolerance, cancellation);
        // One method for all pieces: a choice for each would look at the rates of each. That of a looser tolerance would have the order that whole operators
        // need: vectors of merged intervals are less even, and take many steps with it.
        _solver = new Lazy<PropagationOptions>(() =>
        {
            var options = input.Propagation(tolerance);
            return options with { Method = options.Method.Resolve(trajectory, Math.Min(tolerance, Tolerance), options.Seed).Method };
        });
        if (steps is not null || (trajectory.IsApplied && trajectory.TrainSize >= Swept))
            _frozen = new FrozenSteps(trajectory, input.StartGradient, () => steps ?? FlowSweep.Create(new WindowProducts(trajectory),
                new SweepOptions { Tolerance = FrozenFor, Seed = input.Options.Seed }, input.Backend, cancellation), cancellation);
        Cache = kept ? input.Cache : null;
        var vectors = Memo.Vectors(Cache, c => c.WholeKey("flow", ("tolerance", tolerance)), Carried)!;
        int count = trajectory.Intervals;
        Gradients.AddRange(vectors.Take(count + 1));
        Train.AddRange(vectors.Skip(count + 1).Take(count));
        Test.AddRange(vectors.Skip(2 * count + 1).Take(count));
        Dissipated.AddRange(vectors[^2]);
        _stiff = vectors[^1][0];
    }

    // Gradients at the checkpoints, displacements of training and test outputs, what was dissipated, and from which length on intervals are stiff.
    private IReadOnlyList<double[]> Carried()
    {
        int count = Trajectory.Intervals;
        var (gradients, train, test) = (new List<double[]> { _input.StartGradient }, new List<double[]>(), new List<double[]>());
        double[] dissipated = new double[count];
        for (int k = 0; k < count; k++)
        {
            var window = new WindowTrajectory(Trajectory, k, k + 1);
            var (end, moved, shown, lost) = Carry([window], gradients[^1], out bool products)[0];
            if (!products) _stiff = Math.Min(_stiff, Length(window));
            train.Add(moved);
            test.Add(shown);
            dissipated[k] = lost;
            gradients.Add(end);
        }
        return [.. gradients, .. train, .. test, dissipated, [_stiff]];
    }

    /// <summary>Where vectors of this flow are kept; null for nowhere.</summary>
    public RunCache? Cache { get; }

    /// <summary>The relative error to which vectors are carried through an interval.</summary>
    public double CarriedTo => _tolerance;

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

    /// <summary>What other models make of intervals that they take as one, or as they are: all of them together, since they share what they are made
    /// of.</summary>
    /// <param name="others">The other models.</param>
    /// <param name="kept">The checkpoints that are their knots.</param>
    /// <param name="where">The intervals; their ends are neighbouring knots of the other models.</param>
    public LocalDifference[] Differences(IReadOnlyList<KernelTrajectory> others, IReadOnlyList<int> kept, MergedIntervals where)
    {
        int from = IndexOf(kept, where.First), to = IndexOf(kept, where.Last);
        WindowTrajectory[] windows = [.. others.Select(other => new WindowTrajectory(other, from, to))];
        if (_frozen is { } frozen) return [.. windows.Select(w => frozen.Difference(w, where))];
        var carried = Carry(windows, Gradients[where.First], out _);
        foreach (var (gradient, train, test, _) in carried)
        {
            for (int k = where.First; k < where.Last; k++)
            {
                VectorRoutines.Axpy(-1, Train[k], train);
                VectorRoutines.Axpy(-1, Test[k], test);
            }
            VectorRoutines.Axpy(-1, Gradients[where.Last], gradient);
        }
        return [.. carried.Select(c => new LocalDifference(where, c.Gradient, c.Train, c.Test))];
    }

    /// <summary>A block of gradients through one interval of the model under test.</summary>
    public BlockTransport Carry(int interval, in MatrixView block)
    {
        var window = new WindowTrajectory(Trajectory, interval, interval + 1);
        if (_frozen is { } frozen) return frozen.Carry(interval, block);
        return (Length(window) < _stiff ? ColumnFlow.TryCarry([new(window, block)], Math.Max(_tolerance, OfDifferences), _input.Backend, _cancellation) : null)
            ?[0] ?? FlowIntegrator.Transport(window, block, _solver.Value, _input.Backend, _cancellation);
    }

    // By products where that costs less, and each by factorizations otherwise.
    private (double[] Gradient, double[] Train, double[] Test, double Dissipated)[] Carry(WindowTrajectory[] models, double[] gradient, out bool products)
    {
        products = true;
        if (VectorMath.Norm(gradient) == 0)
            return [.. models.Select(m => (new double[gradient.Length], new double[gradient.Length], new double[m.TestSize], 0.0))];
        var block = new MatrixView(gradient, gradient.Length, 1);
        var carried = models.Any(m => Length(m) >= _stiff) ? null
            : ColumnFlow.TryCarry([.. models.Select(m => new ColumnStart(m, block))], _tolerance, _input.Backend, _cancellation);
        products = carried is not null;
        carried ??= [.. models.Select(m => FlowIntegrator.Transport(m, block, _solver.Value, _input.Backend, _cancellation))];
        return [.. carried.Select(c => (c.End.Values, VectorMath.Negate(c.Train.Values), VectorMath.Negate(c.Test.Values), c.Dissipated.At(0, 0)))];
    }

    private static double Length(KernelTrajectory window) => window.Knots[^1] - window.Knots[0];

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
