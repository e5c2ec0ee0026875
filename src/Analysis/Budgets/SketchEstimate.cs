using KernelFlow.Analysis;
using KernelFlow.Analysis.Budgets;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow;

/// <summary>The part of a budget that a sketch has: how far predictions of J R Rᵀ Jᵀ are from those of J Jᵀ, by leaving out an eighth of the columns of R at
/// a time.</summary>
/// <remarks>docs/theory/budgets.md derives it. The columns of R must be alike: independent and of one distribution, or a random subset of such.</remarks>
public sealed class SketchEstimate
{
    // Seven degrees of freedom: the size of an error is then known to a third of itself.
    private const int Groups = 8;

    // An error that is no larger than three times its budget is at most six standard deviations: by Student's distribution with seven degrees of freedom
    // it is exceeded once in two thousand.
    private const double Safety = 2;

    private readonly IReadOnlyList<Prediction> _differences;
    private readonly Prediction _bias;

    private SketchEstimate(IReadOnlyList<Prediction> differences)
    {
        _differences = differences;
        var sum = differences[0];
        foreach (var d in differences.Skip(1)) sum = sum.Plus(d);
        _bias = sum.Times((Groups - 1.0) / Groups);
    }

    /// <summary>The estimate; null where the Jacobians are not sketched.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    internal static Known<SketchEstimate>? Of(AnalysisInput input, CancellationToken cancellation)
    {
        var checkpoints = input.Checkpoints;
        if (checkpoints[0].Find(TensorName.Sketch) is null) return null;
        foreach (var c in checkpoints) SketchNorms.Require(c);
        if (!checkpoints.HasJacobians) return Known.Unknown<SketchEstimate>("kernel blocks of sketched Jacobians do not show how far the sketch is off");
        if (checkpoints.Parameters < 2 * Groups)
            return Known.Unknown<SketchEstimate>(FormattableString.Invariant($"a sketch of {checkpoints.Parameters} columns, and none of fewer than ")
                + $"{2 * Groups} says how far it is off");
        try
        {
            var whole = Carried(checkpoints, input, cancellation);
            return Known.Of(new SketchEstimate(
                [.. Enumerable.Range(0, Groups).Select(g => Carried(Without(checkpoints, g), input, cancellation).Minus(whole))]));
        }
        catch (NumericalException e)
        {
            return Known.Unknown<SketchEstimate>($"the flow with fewer columns of the sketch could not be integrated: {e.Message}");
        }
    }

    /// <summary>The estimated error of a number that depends on a prediction.</summary>
    /// <param name="main">The prediction under test.</param>
    /// <param name="distance">From the main prediction to another one.</param>
    public double Error(Prediction main, Func<Prediction, double> distance)
    {
        ArgumentNullException.ThrowIfNull(main);
        ArgumentNullException.ThrowIfNull(distance);
        // (G − 1)/G Σ (f_j − f)² estimates the variance of f, and (G − 1)(mean f_j − f) its bias, which is of second order.
        double squares = _differences.Sum(d => Math.Pow(distance(main.Plus(d)), 2));
        return Safety * Math.Sqrt((Groups - 1.0) / Groups * squares) + distance(main.Plus(_bias));
    }

    private static Prediction Carried(CheckpointSequence checkpoints, AnalysisInput input, CancellationToken cancellation)
    {
        // What was kept for the group before may not have been given back by the runtime.
        var kernels = input.Kernels.IsApplied
            ? TrajectoryBuilder.ReadApplied(checkpoints, input.Outputs, input.Backend,
                new MemoryAccount(new MemoryCeiling(Math.Max(1, input.Kernels.Products.Memory.Free / 2))), null, cancellation)
            : TrajectoryBuilder.ReadLinear(checkpoints, input.Outputs, input.Backend, cancellation);
        return new LocalFlow(input, kernels.Linear(input.AllCheckpoints), LocalFlow.Tolerance, cancellation).Whole;
    }

    // A preconditioner is in the sketch already, and has columns of another number.
    private static CheckpointSequence Without(CheckpointSequence all, int group) => new(all.Select(c => c with
    {
        Tensors = c.Tensors.Where(t => t.Key != TensorName.Preconditioner.Name && t.Key != TensorName.w.Name).ToDictionary(t => t.Key,
            t => t.Key == TensorName.J_S.Name || t.Key == TensorName.J_Q.Name ? new LeftOutColumns(t.Value, Groups, group) : t.Value),
    }), all.Loss);
}
