using KernelFlow.Analysis.Budgets;
using KernelFlow.Integrators;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.ClaimsOnly;

/// <summary>The recorded steps of g(s) alone: no operator is formed.</summary>
internal sealed record CarriedDescent : CarriedModel
{
    private readonly DescentBlock _carried;

    private CarriedDescent(CarriedProbes probes, DescentBlock carried, IReadOnlyList<int> stepsPerInterval, string? pastEdge, PredictionSet predictions)
        : base(predictions)
    {
        (_carried, StepsPerInterval, NoPredictionReason) = (carried, stepsPerInterval, pastEdge);
        Errors = new CarriedErrors(probes, carried.Block, default);
        RelativeTolerance = BudgetTolerance.Tight;
    }

    /// <inheritdoc/>
    public override AnalysisMode Mode => AnalysisMode.Descent;

    /// <inheritdoc/>
    public override string Method => "descent-" + _carried.Steps.Quadrature.Name();

    /// <inheritdoc/>
    public override IReadOnlyList<int> StepsPerInterval { get; }

    /// <inheritdoc/>
    public override double Amplification => _carried.Steps.Amplification;

    /// <inheritdoc/>
    public override string? NoPredictionReason { get; }

    /// <inheritdoc/>
    public override SolveReport Report => _carried.Block.Report;

    /// <inheritdoc/>
    internal override DescentSummary? Descent => _carried.Steps.Summary(NoPredictionReason is null);

    /// <inheritdoc/>
    internal override PredictionErrors Errors { get; }

    /// <summary>Every step recorded.</summary>
    public static CarriedDescent Exact(AnalysisInput input, Action<double> progress, CancellationToken cancellation)
    {
        var probes = CarriedProbes.Of(input.StartGradient, input.Options.Seed);
        var carried = DescentRecursion.Carry(input.Checkpoints, input.Outputs, probes.Block, ExactDescentModel.Options(input), input.Backend, progress,
            cancellation);
        var main = Prediction.From(carried.Gradient, input.AllCheckpoints);
        return new CarriedDescent(probes, carried, carried.Block.StepsPerInterval, carried.Steps.PastTheEdge(),
            ExactDescentModel.Predicted(main, carried.Steps) with { Sketch = input.Sketch });
    }

    /// <summary>Sparser checkpoints: J at each step's time from the interpolant.</summary>
    public static CarriedDescent Interpolated(AnalysisInput input, SideThread second, Action<double> progress, CancellationToken cancellation)
    {
        var (trajectory, variants) = InterpolatedDescentModel.Estimate(input, second);
        int[] steps = InterpolatedDescentKernels.StepOfCheckpoint(input.Checkpoints);
        var probes = CarriedProbes.Of(input.StartGradient, input.Options.Seed);
        var carried = DescentRecursion.Carry(new InterpolatedDescentKernels(trajectory, input.Checkpoints), probes.Block, input.StartGradient, input.Backend,
            input.Options.Seed, progress, cancellation);
        var gradient = carried.Gradient;
        var main = Prediction.From(gradient with { AtKnots = [.. steps.Select(k => gradient.AtKnots[k])] }, input.AllCheckpoints);
        return new CarriedDescent(probes, carried, [.. steps.Zip(steps.Skip(1), (a, b) => b - a)], EdgeOfStability.Reason(input),
            new PredictionSet(main) { Interpolation = variants.Value, Descent = Known.Of(main), Sketch = input.Sketch });
    }
}
