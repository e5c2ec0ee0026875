using System.Diagnostics;
using KernelFlow.Analysis.Measures;

namespace KernelFlow.Analysis;

/// <summary>Gathers what was found into the immutable result.</summary>
internal static class Gathering
{
    /// <summary>Gathers all that was found into one result.</summary>
    public static ReservoirAnalysis Of(CheckpointSequence run, AnalysisPlan plan, StudiedWindow window, Measurements measured, RecordedMeasures beside,
        IReadOnlyList<ClaimResult> claims, string? qualification, IReadOnlyList<WindowResult> windows, long started,
        CancellationToken cancellation = default)
    {
        var (input, model, solution) = window;
        var checkpoints = input.Checkpoints;
        var propagation = model.Propagation;
        var classes = ClassBuilder.Of(checkpoints.Loss);
        return new ReservoirAnalysis
        {
            Run = Facts(run, input, beside.InputHash.Value),
            Options = Resolved(plan, input, model),
            OutsideTheory = input.OutsideTheory,
            Window = new TimeWindow(checkpoints[0].Time, checkpoints[^1].Time),
            Spectrum = SpectrumBuilder.Reported(measured.Spectrum, solution),
            Inclusion = qualification is null ? measured.Inclusion : measured.Inclusion with { Qualification = qualification },
            Claims = claims,
            LikelyCauses = Diagnosis.LikelyCauses.Of(Diagnosis.Findings.Of(input, model, claims)),
            RelativeDissipation = measured.Relative.Value,
            KernelEvolution = measured.Evolution.Value,
            Training = TrainingBuilder.Build(checkpoints, input.Outputs),
            Classes = classes,
            Modes = WorkSpans.In("mode content", () => ModeContentBuilder.Build(window, classes)),
            Schedule = measured.Schedule,
            NoisePlacement = measured.Noise,
            RiskGate = measured.Gate.Value,
            PopulationRisk = beside.Risk.Value,
            VisibleNoise = WorkSpans.In("visible noise", () => VisibleNoiseBuilder.Build(window)),
            MinimumNorm = WorkSpans.In("minimum norm", () => MinimumNormBuilder.Build(window, plan.Exact)),
            JumpToEnd = beside.Jump.Value,
            OrderOfFilling = WorkSpans.In("order of filling", () => OrderBuilder.Build(window, plan.Exact, cancellation)),
            Grokking = WorkSpans.In("clean signal", () => GrokkingBuilder.Build(window, measured, cancellation)),
            Influence = WorkSpans.In("influence", () => InfluenceBuilder.Build(window)),
            Intervals = Intervals(input, model),
            Windows = windows,
            Displacements = Displaced(input, model),
            Descent = model.Descent,
            Performance = Cost(run, input.Backend, model, propagation.Report, started),
            Operators = new OperatorSet(propagation.P, propagation.W_S, propagation.G_Q, propagation.G_S, solution.Reported.Vectors),
        };
    }

    /// <summary>Gathers what vectors alone tell; all that needs operators is absent with the reason.</summary>
    public static ReservoirAnalysis WithoutOperators(CheckpointSequence run, AnalysisPlan plan, AnalysisInput input, ClaimsOnly.CarriedModel model,
        IReadOnlyList<ClaimResult> claims, string? inputHash, long started, string reason)
    {
        var times = input.Outputs.Times;
        Known<T> Absent<T>() => Known.Unknown<T>(reason);
        return new ReservoirAnalysis
        {
            Run = Facts(run, input, inputHash),
            Options = Resolved(plan, input, model),
            OutsideTheory = input.OutsideTheory,
            Window = new TimeWindow(times[0], times[^1]),
            KnownSpectrum = Absent<SpectrumResult>(),
            KnownInclusion = Absent<InclusionResult>(),
            RelativeDissipation = Absent<RelativeDissipation>(),
            Claims = claims,
            LikelyCauses = Diagnosis.LikelyCauses.Of(Diagnosis.Findings.Of(input, model, claims)),
            KnownEvolution = Absent<KernelEvolution>(),
            Training = TrainingBuilder.Build(input.Checkpoints, input.Outputs),
            Classes = ClassBuilder.Of(input.Checkpoints.Loss),
            Modes = Absent<ModeContent>(),
            Schedule = Absent<SpectralSchedule>(),
            NoisePlacement = Absent<NoisePlacement>(),
            RiskGate = Absent<RiskGate>(),
            PopulationRisk = Absent<PopulationRisk>(),
            VisibleNoise = Absent<VisibleNoise>(),
            MinimumNorm = Absent<MinimumNorm>(),
            JumpToEnd = Absent<JumpToEnd>(),
            OrderOfFilling = Absent<OrderOfFilling>(),
            Grokking = Absent<Grokking>(),
            Influence = Absent<InfluenceResult>(),
            Intervals = [.. model.StepsPerInterval.Select((steps, k) => new IntervalResult(times[k], times[k + 1], Absent<double>(), steps))],
            Displacements = Displaced(input, model),
            Descent = model.Descent,
            Performance = Cost(run, input.Backend, model, model.Report, started),
            Operators = Absent<OperatorSet>(),
        };
    }

    /// <summary>What was analysed.</summary>
    public static RunSummary Facts(CheckpointSequence run, AnalysisInput input, string? inputHash)
    {
        var checkpoints = input.Checkpoints;
        return new RunSummary(checkpoints.Loss.Kind, checkpoints.Train, checkpoints.Test, checkpoints.Outputs, checkpoints.Parameters, checkpoints.Count,
            inputHash)
        {
            Name = run.Name,
            Optimizer = run.Optimizer is { } optimizer ? OptimizerFacts.Of(optimizer) : null,
            Metadata = run.Metadata,
        };
    }

    /// <summary>With what it was analysed.</summary>
    public static ResolvedOptions Resolved(AnalysisPlan plan, AnalysisInput input, PredictionModel model) => new(model.Mode, model.Method,
        input.Options.Interpolation.Name, model.RelativeTolerance, input.Options.Threshold, input.Options.Seed)
    {
        Extent = plan.Applied is null ? input.Options.Extent : AnalysisExtent.MatrixFree,
        ByInterval = input.Options.IsByInterval,
        ModeReason = plan.ModeReason,
        MethodReason = model.MethodReason,
        ToleranceReason = model.ToleranceReason,
        IndependentCheck = plan.Applied is null && input.Options is { IndependentCheck: true, Extent: AnalysisExtent.Whole },
        SolverReason = plan.Applied,
        Reduction = (model as RunModel)?.Reduction,
    };

    /// <summary>How far the outputs moved, recorded and predicted.</summary>
    public static DisplacementResult Displaced(AnalysisInput input, PredictionModel model) =>
        new(input.TestDisplacement, model.Predictions.Main.Test, input.TrainDisplacement, model.Predictions.Main.Train);

    /// <summary>What the analysis cost so far.</summary>
    public static PerformanceResult Cost(CheckpointSequence run, Numerics.Backend backend, PredictionModel model, Integrators.SolveReport report, long started)
    {
        double seconds = run.OpeningTime.TotalSeconds + Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new PerformanceResult(seconds, Process.GetCurrentProcess().PeakWorkingSet64, report.Steps, report.Rejected,
            model.Method, $"{backend.Name}, {backend.Core}, {backend.Threads} thread{(backend.Threads == 1 ? "" : "s")}");
    }

    private static IntervalResult[] Intervals(AnalysisInput input, RunModel model)
    {
        var outputs = input.Outputs;
        return Enumerable.Range(0, outputs.Times.Count - 1).Select(k =>
        {
            double size = VectorMath.Norm(outputs.Gradients[k]);
            var defect = model.IntervalTransported is not { } ends
                ? Known.Unknown<double>("descent between sparse checkpoints follows g(s) alone, from the start of the window")
                : size > 0 ? VectorMath.Distance(ends[k], outputs.Gradients[k + 1]) / size
                : Known.Unknown<double>("the gradient at the start of the interval is zero");
            return new IntervalResult(outputs.Times[k], outputs.Times[k + 1], defect, model.StepsPerInterval[k]);
        }).ToArray();
    }
}
