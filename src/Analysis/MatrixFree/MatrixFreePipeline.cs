using KernelFlow.Analysis.Budgets;
using KernelFlow.Analysis.Diagnosis;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>What follows the plan where nothing N×N is formed: read, sweep, find the largest modes, judge, gather.</summary>
internal static class MatrixFreePipeline
{
    /// <summary>Runs these stages.</summary>
    public static ReservoirAnalysis Run(CheckpointSequence run, AnalysisPlan plan, IReadOnlyList<Claim> claims, StageProgress stages, long started,
        CancellationToken cancellation)
    {
        var input = (plan.Read(stages, cancellation) with { Intervals = Known.Unknown<Consistency.IntervalConsistency>(NotComputedException.MatrixFree) })
            .WithSketch(cancellation);
        using var second = SideThread.For(input.TrainSize, input.Backend, cancellation);
        var hash = second.Run(_ => run.InputHash?.Value);
        var model = SweptFlow.Build(input, second, stages.Begin("integrating"), cancellation);
        var modes = FoundModes.Find(input, model, stages.Begin("spectrum"), cancellation);
        stages.Report("budget", 0);
        var evidence = new ClaimEvidence(input, model);
        ClaimResult[] results = [.. claims.Select(claim => WorkSpans.In(claim.Id, () => Check(claim, evidence, modes)))];
        stages.Report("budget", 1);
        return Gather(run, plan, input, model, modes, results, hash.Value, started);
    }

    private static ClaimResult Check(Claim claim, ClaimEvidence evidence, FoundModes modes)
    {
        if (FoundClaims.Of(claim, evidence, modes) is not { } result) return claim.Check(evidence);
        return claim.Kind == ClaimKind.Data && evidence.OutsideTheory is { } setting && result.Verdict != Verdict.NotComputed
            ? result with { Verdict = Verdict.NotApplicable, Reason = $"not the theory's setting: {setting}" } : result;
    }

    private static ReservoirAnalysis Gather(CheckpointSequence run, AnalysisPlan plan, AnalysisInput input, SweptFlow model, FoundModes modes,
        ClaimResult[] claims, string? inputHash, long started)
    {
        var times = input.Outputs.Times;
        return new ReservoirAnalysis
        {
            Run = Gathering.Facts(run, input, inputHash),
            Options = Gathering.Resolved(plan, input, model),
            OutsideTheory = input.OutsideTheory,
            Window = new TimeWindow(times[0], times[^1]),
            KnownSpectrum = Absent<SpectrumResult>(),
            KnownInclusion = Absent<InclusionResult>(),
            RelativeDissipation = Absent<RelativeDissipation>(),
            MatrixFree = modes.Result,
            Claims = claims,
            LikelyCauses = LikelyCauses.Of(Findings.Of(input, model, claims)),
            KnownEvolution = Absent<KernelEvolution>(),
            Training = Measures.TrainingBuilder.Build(input.Checkpoints, input.Outputs),
            Classes = Measures.ClassBuilder.Of(input.Checkpoints.Loss),
            Modes = Absent<ModeContent>(),
            Schedule = Absent<SpectralSchedule>(),
            NoisePlacement = Absent<NoisePlacement>(),
            RiskGate = Absent<RiskGate>(),
            Influence = Absent<InfluenceResult>(),
            Intervals = [.. model.StepsPerInterval.Select((steps, k) => new IntervalResult(times[k], times[k + 1], Absent<double>(), steps))],
            Displacements = Gathering.Displaced(input, model),
            Descent = model.Descent,
            Performance = Gathering.Cost(run, input.Backend, model, model.Report, started),
            Operators = Absent<OperatorSet>(),
        };
    }

    private static Known<T> Absent<T>() => Known.Unknown<T>(new NotComputedException(NotComputedException.MatrixFree).Message);
}
