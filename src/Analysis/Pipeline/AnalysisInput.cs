using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>What was read of a run, and how it is to be analysed.</summary>
/// <param name="Checkpoints">The run or the window of it.</param>
/// <param name="Outputs">Outputs, gradients, loss Hessians and losses.</param>
/// <param name="Kernels">The kernels of each checkpoint and, except where every step was recorded, all that interpolation between them needs.</param>
/// <param name="Options">The options of the analysis.</param>
/// <param name="Backend">The dense linear algebra to use.</param>
internal sealed record AnalysisInput(CheckpointSequence Checkpoints, OutputRecord Outputs, TrajectoryBuilder Kernels, AnalysisOptions Options, Backend Backend)
{
    /// <summary>The intervals, k from checkpoint k to k + 1, whose recorded outputs the consistency statistics reject: such an interval contributes to a budget
    /// what passing neighbours predict for its length, never its own estimate.</summary>
    public IReadOnlySet<int> FailingIntervals { get; init; } = new HashSet<int>();

    /// <summary>Where costly parts are kept; null for nowhere.</summary>
    public Cache.RunCache? Cache { get; init; }

    /// <summary>Why the recording as a whole contradicts itself, so that no claim about its data can be decided; null when it does not.</summary>
    public string? InconsistentReason { get; init; }

    /// <summary>How the recorded intervals compare with predictions from their recorded states, or why they cannot be compared.</summary>
    public Known<Consistency.IntervalConsistency> Intervals { get; init; }

    /// <summary>How far a sketch of the Jacobians may be off, or why that is not known; null where they are not sketched.</summary>
    public Known<SketchEstimate>? Sketch { get; init; }

    /// <summary>The same input with the member above filled.</summary>
    public AnalysisInput WithSketch(CancellationToken cancellation)
    {
        using var span = WorkSpans.Begin("sketch");
        return this with { Sketch = SketchEstimate.Of(this, cancellation) };
    }

    /// <summary>The same input with its intervals compared, and the two members above filled from that.</summary>
    public AnalysisInput WithIntervals(CancellationToken cancellation)
    {
        using var span = WorkSpans.Begin("comparison of intervals");
        var intervals = Consistency.ConsistencySupport.Compare(this, cancellation).Map(record => new Consistency.IntervalConsistency(record));
        return intervals.TryGet(out var known)
            ? this with { Intervals = intervals, FailingIntervals = known.FailingIntervals,
                InconsistentReason = InconsistentReason ?? known.InconsistentReason }
            : this with { Intervals = intervals };
    }

    private readonly Lazy<IReadOnlyList<double>> _sharpness = new(() => [.. Enumerable.Range(0, Checkpoints.Count).Select(k =>
    {
        if (Kernels.IsApplied) return Consistency.KernelSharpness.Of(Outputs.Hessians[k], (x, y) => Kernels.ApplyAt(k, x, y));
        using var held = Kernels.At(k).Hold();
        return Consistency.KernelSharpness.Of(held.Train, Outputs.Hessians[k]);
    })]);

    /// <summary>λ_max(BK_SS) at each checkpoint, which times the rate is z; found once, when first asked for.</summary>
    public IReadOnlyList<double> Sharpness => _sharpness.Value;

    private readonly Lazy<(double Epsilon, double[] Test, double[] Train)> _recorded = new(() => (StoredPrecision.Coarsest(Checkpoints),
        VectorMath.Subtract(Outputs.TestOutputs[^1], Outputs.TestOutputs[0]), VectorMath.Subtract(Outputs.TrainOutputs[^1], Outputs.TrainOutputs[0])));

    /// <summary>ε of the coarsest number type the data are stored in, or were made from.</summary>
    public double StoredEpsilon => _recorded.Value.Epsilon;

    /// <summary>U_Q(T) − U_Q(s), the recorded change of the test outputs.</summary>
    public double[] TestDisplacement => _recorded.Value.Test;

    /// <summary>U_S(T) − U_S(s), the recorded change of the training outputs.</summary>
    public double[] TrainDisplacement => _recorded.Value.Train;

    /// <summary>What of the training lies outside the setting of the theory, so that claims about its data do not apply; null where nothing does.</summary>
    public string? OutsideTheory { get; init; }

    /// <summary>N = n·p, the number of stacked training outputs.</summary>
    public int TrainSize => Checkpoints.TrainSize;

    /// <summary>The space of the loss's gradients, in which W_S is decomposed.</summary>
    public GradientSpace Space => Outputs.GradientSpace;

    /// <summary>g(s), the training gradient at the start of the window, N numbers.</summary>
    public double[] StartGradient => Outputs.Gradients[0];

    /// <summary>0, 1, …: every checkpoint.</summary>
    public int[] AllCheckpoints => [.. Enumerable.Range(0, Checkpoints.Count)];

    /// <summary>The checkpoints at which W_S(s, t_k) is kept.</summary>
    public IReadOnlyList<int> KeptCheckpoints => Options.IsByInterval
        ? Measures.ScheduleBuilder.EveryCheckpoint(Checkpoints.Count, TrainSize)
        : Measures.ScheduleBuilder.Checkpoints(Checkpoints.Count, TrainSize);

    /// <summary>Where the operators are kept on the way: <see cref="KeptCheckpoints"/>, and where the training examples are fitted.</summary>
    public IReadOnlyList<int> KeptOnTheWay => Clean.IsKnown && Fitted.TryGet(out int fitted) && fitted > 0 && fitted < Checkpoints.Count - 1
        ? [.. KeptCheckpoints.Append(fitted).Distinct().Order()] : KeptCheckpoints;

    /// <summary>The eigenpairs of K_SS at checkpoints, in the space of the gradients.</summary>
    public SharedSpectra KernelSpectra { get; } = new(Backend);

    private readonly Lazy<Known<Measures.NoiseDivision>> _noise = new(() => Measures.NoiseDivision.Of(Checkpoints, Outputs));

    /// <summary>g(s) in the part that changed labels make and the rest, or why it cannot be divided.</summary>
    public Known<Measures.NoiseDivision> Noise => _noise.Value;

    /// <summary>Both parts and their sum as the columns of a matrix, N×3; null where g(s) cannot be divided.</summary>
    public DenseMatrix? NoiseParts => Noise.OrNull()?.Columns(StartGradient);

    private readonly Lazy<Known<double[]>> _clean = new(() => Measures.NoiseDivision.CleanOf(Checkpoints, Outputs));

    /// <summary>g_clean, the gradient at the start by the clean labels: all of g(s) where no label was changed; or why it is not known.</summary>
    public Known<double[]> Clean => _clean.Value;

    private readonly Lazy<Known<int>> _fitted = new(() => Measures.GrokkingBuilder.Fitted(Checkpoints, Outputs));

    /// <summary>The first checkpoint at which the training examples are fitted, or why there is none.</summary>
    public Known<int> Fitted => _fitted.Value;

    /// <summary>The vectors whose responses are kept beside W_S(s, t_k); null for none.</summary>
    public DenseMatrix? RespondTo => NoiseParts ?? (Clean.OrNull() is { } clean ? DenseMatrix.OfColumnArrays(clean) : null);

    /// <summary>Which column of <see cref="RespondTo"/> is g_clean.</summary>
    public int CleanColumn => Noise.IsKnown ? 1 : 0;

    /// <summary>How the flow is integrated: the method and the seed of the options.</summary>
    /// <param name="tolerance">Bound on the estimated relative errors.</param>
    public PropagationOptions Propagation(double tolerance) => new() { Method = Options.Method, RelativeTolerance = tolerance, Seed = Options.Seed };

    /// <summary>The trajectory between the chosen checkpoints by the interpolation of the options.</summary>
    /// <exception cref="ArgumentException">A user's interpolation gave a trajectory of another shape or with other knots.</exception>
    public KernelTrajectory Interpolate(IReadOnlyList<int> chosen)
    {
        string name = Options.Interpolation.Name;
        var trajectory = Options.Interpolation.Build(Kernels, chosen) ?? throw new ArgumentException($"interpolation: {name} built no trajectory.");
        if (trajectory.TrainSize != TrainSize || trajectory.TestSize != Checkpoints.TestSize || trajectory.Outputs != Checkpoints.Outputs)
            throw new ArgumentException(
                $"interpolation: {name} built a trajectory of N = {trajectory.TrainSize}, M = {trajectory.TestSize}, p = {trajectory.Outputs}, "
                + $"expected N = {TrainSize}, M = {Checkpoints.TestSize}, p = {Checkpoints.Outputs}.");
        if (!trajectory.Knots.SequenceEqual(chosen.Select(k => Outputs.Times[k])))
            throw new ArgumentException($"interpolation: the knots of {name} are not the times of the {chosen.Count} "
                + "checkpoints it was asked to interpolate between.");
        return trajectory;
    }
}
