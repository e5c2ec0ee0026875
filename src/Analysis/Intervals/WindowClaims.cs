using KernelFlow.Analysis.Budgets;
using KernelFlow.Analysis.Cache;
using KernelFlow.Analysis.Claims;
using KernelFlow.Analysis.ClaimsOnly;
using KernelFlow.Integrators;

namespace KernelFlow.Analysis.Intervals;

/// <summary>C1 to C4 of windows inside the one that is analysed, judged by the rules and with the budgets of an analysis of the window alone.</summary>
/// <remarks>Every part of the budget but the integration is made of vectors, and is made for the window as for a run: other interpolants from its own start,
/// recorded steps from its own start, rounding of its own outputs. The integration's part is that of the composed operators. Where J is interpolated by
/// cubics, the variants take the slopes at the window's ends from inside it, as an analysis with these ends does.</remarks>
/// <param name="input">What was read of the run.</param>
/// <param name="model">The operators of the whole window.</param>
/// <param name="second">Where vectors are carried beside.</param>
/// <param name="cancellation">Honoured within one step.</param>
internal sealed class WindowClaims(AnalysisInput input, RunModel model, SideThread second, CancellationToken cancellation)
{
    private static readonly Claim[] s_claims = [new C01Dissipation(), new C02Transport(), new C03TrainTransfer(), new C04TestTransfer()];

    /// <summary>The claims of one window.</summary>
    /// <param name="first">Its first checkpoint.</param>
    /// <param name="last">Its last one.</param>
    /// <param name="operators">What was composed.</param>
    /// <param name="composed">What that predicts, checkpoints counted from the first; in descent mode without the loss, which is carried.</param>
    public IReadOnlyList<ClaimResult> Judge(int first, int last, Propagation operators, Prediction composed)
    {
        var part = Part(first, last);
        PredictionModel judged = model switch
        {
            FlowModel => Flow(part, operators, composed),
            ExactDescentModel => Descent(CarriedDescent.Exact(part, _ => { }, cancellation), composed),
            _ => Descent(CarriedDescent.Interpolated(part, second, _ => { }, cancellation), composed),
        };
        var evidence = new ClaimEvidence(part, judged);
        return [.. s_claims.Select(claim => claim.Check(evidence))];
    }

    private AnalysisInput Part(int first, int last)
    {
        if (first == 0 && last == input.Checkpoints.Count - 1) return input;
        var checkpoints = input.Checkpoints.Subset(Enumerable.Range(first, last - first + 1));
        var outputs = OutputRecord.Read(checkpoints);
        return new AnalysisInput(checkpoints, outputs, input.Kernels.Part(first, checkpoints, outputs), input.Options, input.Backend)
        {
            Cache = RunCache.Of(checkpoints, input.Options, input.Backend), OutsideTheory = input.OutsideTheory,
        }.WithIntervals(cancellation).WithSketch(cancellation);
    }

    private WindowModel Flow(AnalysisInput part, Propagation operators, Prediction composed)
    {
        var estimates = FlowEstimates.Start(part, part.Interpolate(part.AllCheckpoints), second, operators: true);
        var predictions = new PredictionSet(composed)
        {
            Interpolation = estimates.Interpolation,
            Descent = part.Checkpoints.Optimizer is { IsFlow: true } ? Known.Of(composed) : estimates.Replay,
            Sketch = part.Sketch,
        };
        return new WindowModel(predictions, AnalysisMode.Flow, operators.Report.Name, operators.StepsPerInterval, 1, EdgeOfStability.Reason(part),
            new OperatorErrors(operators, part.StartGradient));
    }

    // The loss of finite steps is no form in W: it is carried along, with all that tells how far the steps may be off.
    private static WindowModel Descent(CarriedDescent carried, Prediction composed)
    {
        var main = composed with { LossChange = carried.Predictions.Main.LossChange };
        return new WindowModel(carried.Predictions with { Main = main, Descent = Known.Of(main) }, AnalysisMode.Descent, carried.Method,
            carried.StepsPerInterval, carried.Amplification, carried.NoPredictionReason, carried.Errors);
    }

    private sealed record WindowModel : PredictionModel
    {
        public WindowModel(PredictionSet predictions, AnalysisMode mode, string method, IReadOnlyList<int> steps, double amplification, string? reason,
            PredictionErrors errors) : base(predictions) =>
            (Mode, Method, StepsPerInterval, Amplification, NoPredictionReason, Errors) = (mode, method, steps, amplification, reason, errors);

        public override AnalysisMode Mode { get; }

        public override string Method { get; }

        public override IReadOnlyList<int> StepsPerInterval { get; }

        public override double Amplification { get; }

        public override string? NoPredictionReason { get; }

        internal override PredictionErrors Errors { get; }
    }
}
