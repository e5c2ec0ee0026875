using KernelFlow.Files;
using KernelFlow.Reporting;
using KernelFlow.Numerics;

namespace KernelFlow.Validation.Coupling;

/// <summary>Records one training, analyses it and the controls made from it: four rows, all judged by
/// <see cref="Analyze.Reservoir(CheckpointSequence, AnalysisOptions?, IProgress{AnalysisProgress}?, CancellationToken)"/>.</summary>
internal static class CouplingRows
{
    /// <summary>Groups of rows.</summary>
    public const string Recorded = "as recorded", NoPropagator = "no propagator", ForeignTest = "foreign J_Q", Frozen = "frozen kernel";

    /// <summary>Names of measurements.</summary>
    public const string Drift = "peakDrift", IntegratedError = "recordedGradientError", IntegratedCorrelation = "recordedGradientCorrelation";

    /// <summary>Name of the setting that says flow or descent.</summary>
    public const string Mode = "mode";

    private static readonly string[] s_claims = [CouplingClaims.Transport, CouplingClaims.Transfer, CouplingClaims.Coupling];

    // The budget of a wrong prediction is relative to the recorded displacement, too, and may be large where the error is far larger:
    // controls are judged by error and budget alone.
    private const double NoLimit = 1e6;

    /// <summary>Trains and records into the folder, then analyses.</summary>
    /// <param name="run">What to train.</param>
    /// <param name="folder">Where the recording goes; replaced when this tool wrote it.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured within a step.</param>
    public static IReadOnlyList<ExperimentRow> Of(CouplingRun run, string folder, Backend backend, CancellationToken cancellation)
    {
        // The published figures are those of plain Jacobians.
        Recorder.Record(run.Recording with { Factors = FactorRecording.Never }, folder, backend, ExistingRun.New, null, cancellation);
        using var recorded = RecordedRun.Open(folder);
        var checkpoints = recorded.Checkpoints;
        // A fixed tolerance, so that the committed figures do not hang on which decade a budget asks for on another machine.
        var options = new AnalysisOptions { Backend = backend, RelativeTolerance = 1e-8 };
        var control = options with { Tolerance = NoLimit };

        var main = Analyze.Reservoir(checkpoints, options, null, cancellation);
        // The drift of the recorded kernel orders all rows, that of the frozen one included.
        var drift = new Measurement(Drift, main.KernelEvolution.PeakDrift, "largest ‖K(t) − K(s)‖₂/‖K(s)‖₂ of the recorded run");
        var (error, correlation) = IntegratedGradient.Compare(checkpoints);
        ExperimentRow Row(string group, ReservoirAnalysis analysis, params Measurement[] more) =>
            new(group == Recorded ? run.Id : $"{run.Id}: {group}", group, run.Id)
        {
            Settings = [.. Settings(run, analysis)],
            Measurements = [drift, .. more],
            Claims = [.. s_claims.Select(analysis.Claim)],
        };
        ExperimentRow Control(string group, CheckpointSequence spoilt, AnalysisOptions how)
        {
            var row = Row(group, Analyze.Reservoir(spoilt, how, null, cancellation));
            return row with { Claims = [.. row.Claims.Select(ByErrorAndBudget)] };
        }
        return
        [
            Row(Recorded, main,
                new(IntegratedError, error, "relative error of −∫K_QS g dτ with the recorded g: the definition of dU_Q/dt, no propagator"),
                new(IntegratedCorrelation, correlation, "its correlation")),
            // P = I is the same in flow and in descent; in flow the budget of a custom loss is complete.
            Control(NoPropagator, Controls.WithoutPropagator(checkpoints), control with { Mode = AnalysisMode.Flow }),
            Control(ForeignTest, Controls.WithForeignTestJacobian(checkpoints, run.Recording, run.Recording.Seed + 1, backend, cancellation), control),
            Control(Frozen, Controls.Frozen(checkpoints), control),
        ];
    }

    // A control contradicts itself, and an analysis that notices leaves C2, C4 and C8 undecided. Whether they would fail is what a control is for.
    private static ClaimResult ByErrorAndBudget(ClaimResult claim) =>
        claim.Verdict == Verdict.Undecided && claim.Budget?.Sum is { } sum && claim.RelativeError.OrNull() > 3 * sum
            ? claim with { Verdict = Verdict.Violated } : claim;

    private static IEnumerable<Setting> Settings(CouplingRun run, ReservoirAnalysis analysis)
    {
        var o = run.Recording;
        yield return new("loss", OptionName.Of(o.Loss));
        yield return new("width", run.Width);
        yield return new(Mode, analysis.Options.Mode.Name());
        yield return new("method", analysis.Options.Method);
        yield return new("parametrisation", OptionName.Of(o.Parametrisation));
        yield return new("scale", NumberText.RoundTrip(o.Scale));
        yield return new("learningRate", NumberText.RoundTrip(o.LearningRate));
        yield return new("steps", NumberText.Count(o.Steps));
        yield return new("checkpoints", NumberText.Count(analysis.Run.Checkpoints));
        yield return new("train", NumberText.Count(analysis.Run.Train));
        yield return new("test", NumberText.Count(analysis.Run.Test));
        yield return new("outputs", NumberText.Count(analysis.Run.Outputs));
        yield return new("parameters", NumberText.Count(analysis.Run.Parameters ?? 0));
        yield return new("noise", NumberText.RoundTrip(o.Noise));
        yield return new("seed", NumberText.Count(o.Seed));
    }
}
