using KernelFlow.Analysis.Budgets;
using KernelFlow.Analysis.ClaimsOnly;
using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>Gradient flow of g(s) by products alone, and the sweep by which the operators are applied: each an integration of its own method and grid, so
/// that their distance is what the integration may be off by.</summary>
internal sealed record SweptFlow : CarriedModel
{
    private readonly BlockTransport _check;
    private readonly string? _pastEdge;
    private readonly IReadOnlyList<int> _steps;

    private SweptFlow(AnalysisInput input, FlowSweep sweep, PredictionSet predictions, CarriedProbes probes, BlockTransport check) : base(predictions)
    {
        (Sweep, _check, _pastEdge, _steps) = (sweep, check, EdgeOfStability.Reason(input), check.StepsPerInterval);
        Errors = new CarriedErrors(probes, check, CarriedDistance.Of(predictions.Main, probes.Predicted(check), probes.Gradient));
        RelativeTolerance = sweep.Steps.Tolerance;
    }

    /// <summary>The steps.</summary>
    public FlowSweep Sweep { get; }

    /// <inheritdoc/>
    public override AnalysisMode Mode => AnalysisMode.Flow;

    /// <inheritdoc/>
    public override string Method => Sweep.Scheme.Name;

    /// <inheritdoc/>
    public override string? MethodReason => "frozen steps, which carry any vector linearly and can be transposed; g(s) is carried by radau with products, too";

    /// <inheritdoc/>
    public override IReadOnlyList<int> StepsPerInterval => _steps;

    /// <inheritdoc/>
    public override double Amplification => 1;

    /// <inheritdoc/>
    public override string? NoPredictionReason => _pastEdge;

    /// <inheritdoc/>
    public override SolveReport Report => _check.Report;

    /// <inheritdoc/>
    internal override PredictionErrors Errors { get; }

    /// <summary>Freezes the steps, carries g(s) and what its budget needs.</summary>
    /// <exception cref="ArgumentException">The interpolation of the options gives a trajectory that forms its kernels.</exception>
    public static SweptFlow Build(AnalysisInput input, SideThread second, Action<double> progress, CancellationToken cancellation)
    {
        if (input.Interpolate(input.AllCheckpoints) is not InterpolatedTrajectory { IsApplied: true } trajectory)
            throw new ArgumentException($"solver: matrix-free needs an interpolation that can be applied to vectors (linear or cubic), not "
                + $"{input.Options.Interpolation.Name}.");
        var probes = CarriedProbes.Of(input.StartGradient, input.Options.Seed);
        var options = new SweepOptions
        {
            Tolerance = MatrixFreePlan.SweepTolerance(input.Options),
            MaxBytes = MatrixFreePlan.StateBytes(input.Options),
            Seed = input.Options.Seed,
            Probes = probes.Gradient > 0 ? ((Numerics.MatrixView)probes.Block).ColumnRange(0, 1) : default(Numerics.MatrixView?),
        };
        var sweep = WorkSpans.In("steps", () => FlowSweep.Create(Products(input), options, input.Backend, cancellation));
        progress(0.1);
        var check = WorkSpans.In("integrating", () => SweptTransport.Carry(sweep, probes.Block, cancellation));
        progress(0.3);
        var estimates = FlowEstimates.Start(input, trajectory, second, operators: false, sweep);
        var interpolation = estimates.Interpolation;
        var main = interpolation.TryGet(out var estimate) ? estimate.Prediction
            : new LocalFlow(input, trajectory, LocalFlow.Tolerance, cancellation).Whole;
        var predictions = new PredictionSet(main)
        {
            Interpolation = interpolation,
            Descent = input.Checkpoints.Optimizer is { IsFlow: true } ? Known.Of(main) : estimates.Replay,
            Sketch = input.Sketch,
        };
        progress(1);
        return new SweptFlow(input, sweep, predictions, probes, check);
    }

    // The same interpolant as the trajectory of the budgets.
    private static KernelProducts Products(AnalysisInput input)
    {
        var builder = input.Kernels.Products;
        return input.Options.Interpolation == Interpolation.Cubic ? builder.Cubic(input.AllCheckpoints) : builder.Linear(input.AllCheckpoints);
    }
}
