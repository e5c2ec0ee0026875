using KernelFlow.Analysis;
using KernelFlow.Analysis.Budgets;
using KernelFlow.Analysis.Carries;
using KernelFlow.Analysis.Intervals;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>Gradient descent between sparser checkpoints: J at each step's time from the interpolant.</summary>
public sealed record InterpolatedDescentModel : DescentModel
{
    private readonly AnalysisInput _input;
    private readonly InterpolatedTrajectory _trajectory;

    private InterpolatedDescentModel(AnalysisInput input, InterpolatedTrajectory trajectory, Propagation propagation, DescentRecord record,
        PredictionSet predictions,
        IReadOnlyList<int> stepsPerInterval) : base(propagation, record, predictions)
    {
        _input = input;
        _trajectory = trajectory;
        StepsPerInterval = stepsPerInterval;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<double[]>? IntervalTransported => null;

    /// <inheritdoc/>
    public override IReadOnlyList<int> StepsPerInterval { get; }

    /// <inheritdoc/>
    public override string? NoPredictionReason => EdgeOfStability.Reason(_input);

    /// <summary>Forms the operators step by step on the interpolant.</summary>
    /// <exception cref="ArgumentException">The optimizer has no such recursion, step numbers do not increase, or the run does not give a Jacobian at each
    /// step.</exception>
    internal static InterpolatedDescentModel Build(AnalysisInput input, SideThread second, Action<double> progress, CancellationToken cancellation)
    {
        var checkpoints = input.Checkpoints;
        var (trajectory, variants) = Estimate(input, second);
        var kernels = new InterpolatedDescentKernels(trajectory, checkpoints);
        int[] steps = InterpolatedDescentKernels.StepOfCheckpoint(checkpoints);
        var kept = input.KeptOnTheWay;
        if (input.Options.IsByInterval) return Composed(input, trajectory, kernels, steps, variants, progress, cancellation);
        var carried = new CarriedVectors(input.StartGradient) { KeepGramianAt = [.. kept.Select(k => steps[k])], RespondTo = input.RespondTo };
        var (dense, record) = WorkSpans.In("integrating",
            () => DescentRecursion.Run(kernels, input.Backend, carried, null, input.Options.Seed, progress, cancellation));
        var propagation = dense.At(steps);
        var main = Prediction.From(propagation, input.StartGradient) with { LossChange = record.PredictedLossChange };
        var predictions = new PredictionSet(main) { Interpolation = variants.Value, Descent = Known.Of(main), Sketch = input.Sketch };
        var (scheduled, fitted) = Divided(input, [.. kept.Zip(propagation.PartialGramians, (k, g) => g with { Knot = k })]);
        return new InterpolatedDescentModel(input, trajectory, propagation, record, predictions, [.. steps.Zip(steps.Skip(1), (a, b) => b - a)])
        {
            PartialGramians = scheduled, WhenFitted = fitted,
        };
    }

    private static InterpolatedDescentModel Composed(AnalysisInput input, InterpolatedTrajectory trajectory, InterpolatedDescentKernels kernels, int[] steps,
        Pending<Known<InterpolationEstimate>> variants, Action<double> progress, CancellationToken cancellation)
    {
        var intervals = StepIntervals.OnInterpolant(input, trajectory);
        var (propagation, record) = WorkSpans.In("integrating", () =>
        {
            var seen = DescentRecursion.Carry(kernels, StepIntervals.Probe(input), input.StartGradient, input.Backend, input.Options.Seed,
                f => progress(0.5 * f), cancellation).Steps;
            return StepIntervals.Compose(input, intervals, seen, f => progress(0.5 + 0.5 * f), cancellation);
        });
        var main = Prediction.From(propagation, input.StartGradient) with { LossChange = record.PredictedLossChange };
        var predictions = new PredictionSet(main) { Interpolation = variants.Value, Descent = Known.Of(main), Sketch = input.Sketch };
        var (scheduled, fitted) = Divided(input, propagation.PartialGramians);
        return new InterpolatedDescentModel(input, trajectory, propagation, record, predictions, [.. steps.Zip(steps.Skip(1), (a, b) => b - a)])
        {
            Intervals = intervals, PartialGramians = scheduled, WhenFitted = fitted,
        };
    }

    /// <summary>The interpolant, and beside it what its budget needs.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Build"/>.</exception>
    internal static (InterpolatedTrajectory Trajectory, Pending<Known<InterpolationEstimate>> Variants) Estimate(AnalysisInput input, SideThread second)
    {
        Require(input);
        var trajectory = input.Interpolate(input.AllCheckpoints) as InterpolatedTrajectory
            ?? throw new ArgumentException("mode: descent needs the mean Jacobian along each step, which the interpolation "
                + $"{input.Options.Interpolation.Name} does not give; use flow.");
        var variants = second.Run(stop => WorkSpans.In("interpolation variants", () =>
            InterpolationVariants.Of(input, trajectory, null, LocalFlow.Tolerance, VariantThreads.Beside(second, input.Backend), null, stop)
                .Interpolation));
        return (trajectory, variants);
    }

    private static void Require(AnalysisInput input)
    {
        var checkpoints = input.Checkpoints;
        if (!input.Kernels.InterpolatesJacobian)
            throw new ArgumentException(
                "mode: descent needs Jacobians or the cross blocks K_SS_next, K_QS_next and K_SQ_next: "
                    + "kernels of single moments do not determine a step; use flow.");
        if (checkpoints.Optimizer is not { IsPlainDescent: true })
            throw new ArgumentException("mode: descent between sparse checkpoints is possible for gradient-descent only, and the optimizer of this run is "
                + $"{checkpoints.Optimizer?.Kind ?? "not known"}; record every step, or use flow.");
        if (DescentSupport.SparseObstacle(checkpoints) is { } obstacle)
            throw new ArgumentException($"mode: descent between sparse checkpoints: {obstacle}; record every step, or use flow.");
        if (StepLimit.Obstacle(checkpoints, 1) is { } tooLong) throw new ArgumentException($"mode: descent between sparse checkpoints: {tooLong}; use flow.");
        for (int k = 1; k < checkpoints.Count; k++)
            if (checkpoints[k].Step <= checkpoints[k - 1].Step)
                throw new ArgumentException(
                    $"mode: descent needs step numbers that increase; checkpoint {k} is step {checkpoints[k].Step} after {checkpoints[k - 1].Step}.");
    }

    private protected override double[] StartGradient => _input.StartGradient;

    internal override CarriedBlock Carry(DenseMatrix block, int? split, CancellationToken cancellation) =>
        DescentCarry.Run(new InterpolatedDescentKernels(_trajectory, _input.Checkpoints), _input.Backend, block, cancellation);

    internal override (DenseMatrix R, double Scale) FactorTriangle(Action<double> progress, CancellationToken cancellation) =>
        throw new ArgumentException("Descent between sparse checkpoints has no factor of W_S.");

    private protected override double[] LearningRates() => LearningRates(_input.Checkpoints);
}
