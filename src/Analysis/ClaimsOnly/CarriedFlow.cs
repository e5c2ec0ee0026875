using KernelFlow.Analysis.Budgets;
using KernelFlow.Integrators;

namespace KernelFlow.Analysis.ClaimsOnly;

/// <summary>Gradient flow of g(s) alone: no operator is formed.</summary>
internal sealed record CarriedFlow : CarriedModel
{
    private readonly AnalysisInput _input;
    private readonly FlowEstimates _estimates;
    private readonly IntegrationMethod _method;
    private readonly string? _pastEdge;
    private readonly BlockTransport _check;

    private CarriedFlow(AnalysisInput input, FlowEstimates estimates, IntegrationMethod method, PredictionSet predictions, CarriedProbes probes,
        BlockTransport check) : base(predictions)
    {
        (_input, _estimates, _method, _check, _pastEdge) = (input, estimates, method, check, EdgeOfStability.Reason(input));
        Errors = new CarriedErrors(probes, check, CarriedDistance.Of(predictions.Main, probes.Predicted(check), probes.Gradient));
    }

    /// <inheritdoc/>
    public override AnalysisMode Mode => AnalysisMode.Flow;

    /// <inheritdoc/>
    public override string Method => _method.Name;

    /// <inheritdoc/>
    public override string? MethodReason => _input.Options.Method.Method is null ? "carries single vectors; the second carry takes another one" : null;

    /// <inheritdoc/>
    public override IReadOnlyList<int> StepsPerInterval => _check.StepsPerInterval;

    /// <inheritdoc/>
    public override double Amplification => 1;

    /// <inheritdoc/>
    public override string? NoPredictionReason => _pastEdge;

    /// <inheritdoc/>
    public override SolveReport Report => _check.Report;

    /// <inheritdoc/>
    internal override PredictionErrors Errors { get; }

    /// <summary>Carries g(s), and what its budget needs.</summary>
    public static CarriedFlow Build(AnalysisInput input, SideThread second, Action<double> progress, CancellationToken cancellation)
    {
        var trajectory = input.Interpolate(input.AllCheckpoints);
        var estimates = FlowEstimates.Start(input, trajectory, second, operators: false);
        var interpolation = estimates.Interpolation;
        progress(0.6);
        var tolerance = input.Options.RelativeTolerance.Value is { } asked
            ? new BudgetTolerance(asked, null)
            : BudgetTolerance.Of(input, interpolation, estimates.Replay);
        var model = Carry(input, estimates, tolerance, cancellation);
        progress(1);
        return model;
    }

    /// <inheritdoc/>
    public override CarriedModel? Tightened(string reason, CancellationToken cancellation) =>
        _input.Options.RelativeTolerance.Value is not null || RelativeTolerance <= BudgetTolerance.Tight ? null
            : Carry(_input, _estimates, BudgetTolerance.TightBecause($"auto: {reason} hangs on it"), cancellation);

    private static CarriedFlow Carry(AnalysisInput input, FlowEstimates estimates, BudgetTolerance tolerance, CancellationToken cancellation)
    {
        var (trajectory, options) = (estimates.Trajectory, input.Propagation(tolerance.Value));
        var probes = CarriedProbes.Of(input.StartGradient, input.Options.Seed);
        var method = options.Method.Resolve(trajectory, Math.Min(tolerance.Value, LocalFlow.Tolerance), options.Seed).Method;
        BlockTransport Transport(IntegrationMethod by) =>
            WorkSpans.In("integrating", () => FlowIntegrator.Transport(trajectory, probes.Block, options with { Method = by }, input.Backend, cancellation));
        // The estimate of interpolation has carried g(s) already, where it did so as exactly as is asked.
        var interpolation = estimates.Interpolation;
        var main = interpolation.TryGet(out var estimate) && estimate.CarriedTo <= tolerance.Value ? estimate.Prediction : probes.Predicted(Transport(method));
        var predictions = new PredictionSet(main)
        {
            Interpolation = interpolation,
            Descent = input.Checkpoints.Optimizer is { IsFlow: true } ? Known.Of(main) : estimates.Replay,
            Sketch = input.Sketch,
        };
        return new CarriedFlow(input, estimates, method, predictions, probes, Transport(method.PartnerForColumns))
        {
            RelativeTolerance = tolerance.Value,
            ToleranceReason = tolerance.Reason,
        };
    }
}
