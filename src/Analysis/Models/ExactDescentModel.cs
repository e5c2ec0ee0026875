using KernelFlow.Analysis;
using KernelFlow.Analysis.Carries;
using KernelFlow.Analysis.Intervals;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>Every step recorded: nothing is interpolated, and the quadrature of the mean Jacobian along each step is the only approximation.</summary>
public sealed record ExactDescentModel : DescentModel
{
    private readonly AnalysisInput _input;

    private ExactDescentModel(AnalysisInput input, Propagation propagation, DescentRecord record, PredictionSet predictions)
        : base(propagation, record, predictions) => _input = input;

    /// <inheritdoc/>
    public override IReadOnlyList<double[]>? IntervalTransported => Propagation.IntervalTransported;

    /// <inheritdoc/>
    public override IReadOnlyList<int> StepsPerInterval => Propagation.StepsPerInterval;

    internal override string? NoCarryReason => _input.Checkpoints.Optimizer is { Rule.HasBuffer: true, Kind: var kind }
        ? $"with {kind} a step depends on all gradients before: a part of the window has no propagator of its own"
        : null;

    /// <summary>Forms the operators as sums over the recorded steps.</summary>
    internal static ExactDescentModel Build(AnalysisInput input, Action<double> progress, CancellationToken cancellation)
    {
        if (input.Options.IsByInterval) return Composed(input, progress, cancellation);
        var options = Options(input) with { KeepGramianAt = input.KeptOnTheWay, RespondTo = input.RespondTo };
        var (propagation, record) = WorkSpans.In("integrating",
            () => DescentRecursion.Run(input.Checkpoints, input.Outputs, options, input.Backend, progress, cancellation));
        var main = Prediction.From(propagation, input.StartGradient, record.Forced) with { LossChange = record.PredictedLossChange };
        var (scheduled, fitted) = Divided(input, propagation.PartialGramians);
        return new ExactDescentModel(input, propagation, record, Predicted(main, record) with { Sketch = input.Sketch })
        {
            PartialGramians = scheduled, WhenFitted = fitted,
        };
    }

    private static ExactDescentModel Composed(AnalysisInput input, Action<double> progress, CancellationToken cancellation)
    {
        var intervals = StepIntervals.Exact(input);
        var (propagation, record) = WorkSpans.In("integrating", () =>
        {
            // What is told of the steps from one to the next, with vectors of its own: it knows nothing of the composition.
            var steps = DescentRecursion.Carry(input.Checkpoints, input.Outputs, StepIntervals.Probe(input), Options(input), input.Backend,
                f => progress(0.5 * f), cancellation).Steps;
            return StepIntervals.Compose(input, intervals, steps, f => progress(0.5 + 0.5 * f), cancellation);
        });
        var main = Prediction.From(propagation, input.StartGradient, record.Forced) with { LossChange = record.PredictedLossChange };
        var (scheduled, fitted) = Divided(input, propagation.PartialGramians);
        return new ExactDescentModel(input, propagation, record, Predicted(main, record) with { Sketch = input.Sketch })
        {
            Intervals = intervals, PartialGramians = scheduled, WhenFitted = fitted,
        };
    }

    /// <summary>The prediction with what its budget is made of.</summary>
    internal static PredictionSet Predicted(Prediction main, DescentSteps steps) => new(main)
    {
        Interpolation = Known.Unknown<InterpolationEstimate>("the quadrature of the Jacobian along the steps cannot be estimated from what was recorded"),
        Quadrature = steps.Estimate,
        Descent = Known.Of(main),
    };

    private protected override double[] StartGradient => _input.StartGradient;

    internal override CarriedBlock Carry(DenseMatrix block, int? split, CancellationToken cancellation) =>
        DescentCarry.Run(DescentKernels.Of(_input.Checkpoints, _input.Outputs, ChordQuadrature.Auto, _input.Backend, SegmentQuadrature.Gauss),
            _input.Backend, block, cancellation);

    internal override (DenseMatrix R, double Scale) FactorTriangle(Action<double> progress, CancellationToken cancellation)
    {
        var factor = DescentFactor.Read(_input.Checkpoints, _input.Outputs, Options(_input), _input.Backend, cancellation);
        return (factor.Triangle(cancellation), factor.RoundingScale());
    }

    internal override Known<Func<double, FrozenMode>> FrozenModes(double beta) => StepBatches.Of(_input.Checkpoints) is null
        ? base.FrozenModes(beta)
        : Known.Unknown<Func<double, FrozenMode>>("the closed form is that of steps over all examples, and these are over batches");

    private protected override double[] LearningRates() => LearningRates(_input.Checkpoints);

    internal static DescentOptions Options(AnalysisInput input) => new()
    {
        Segment = SegmentQuadrature.Gauss,
        Seed = input.Options.Seed,
        FailingIntervals = input.FailingIntervals,
    };
}
