using KernelFlow.Analysis.Diagnosis;

namespace KernelFlow.Analysis.ClaimsOnly;

/// <summary>What follows the reading where only C1 to C4 and the recording were asked for: carry, judge, gather. No N×N operator is formed.</summary>
internal static class ClaimsOnlyPipeline
{
    // As in the whole analysis: a claim whose budget the integration is more of than this hangs on its tolerance.
    private const double LargestShare = 0.05;

    /// <summary>Runs these stages.</summary>
    public static ReservoirAnalysis Run(CheckpointSequence run, AnalysisPlan plan, AnalysisInput input, IReadOnlyList<Claim> claims, StageProgress stages,
        long started, CancellationToken cancellation)
    {
        using var second = SideThread.For(input.TrainSize, input.Backend, cancellation);
        var hash = second.Run(_ => run.InputHash?.Value);
        var model = CarriedModel.Build(plan, input, second, stages.Begin("integrating"), cancellation);
        stages.Report("budget", 0);
        var results = Check(input, model, claims);
        if (results.FirstOrDefault(Hangs) is { } claim && model.Tightened($"claim {claim.Id}", cancellation) is { } tighter)
            results = Check(input, model = tighter, claims);
        stages.Report("budget", 1);
        return Gather(run, plan, input, model, results, hash.Value, started);
    }

    private static ClaimResult[] Check(AnalysisInput input, CarriedModel model, IReadOnlyList<Claim> claims)
    {
        var evidence = new ClaimEvidence(input, model);
        return [.. claims.Select(claim => WorkSpans.In(claim.Id, () => claim.Check(evidence)))];
    }

    private static bool Hangs(ClaimResult claim) => claim is { Kind: ClaimKind.Data, Budget: { Sum: { } sum } budget }
        && budget.Integration.OrDefault(0) > LargestShare * sum;

    private static ReservoirAnalysis Gather(CheckpointSequence run, AnalysisPlan plan, AnalysisInput input, CarriedModel model, ClaimResult[] claims,
        string? inputHash, long started)
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
            Claims = claims,
            LikelyCauses = LikelyCauses.Of(Findings.Of(input, model, claims)),
            KnownEvolution = Absent<KernelEvolution>(),
            Training = Measures.TrainingBuilder.Build(input.Checkpoints, input.Outputs),
            Classes = Measures.ClassBuilder.Of(input.Checkpoints.Loss),
            Modes = Absent<ModeContent>(),
            Schedule = Absent<SpectralSchedule>(),
            NoisePlacement = Absent<NoisePlacement>(),
            RiskGate = Absent<RiskGate>(),
            PopulationRisk = Absent<PopulationRisk>(),
            VisibleNoise = Absent<VisibleNoise>(),
            MinimumNorm = Absent<MinimumNorm>(),
            Influence = Absent<InfluenceResult>(),
            Intervals = [.. model.StepsPerInterval.Select((steps, k) => new IntervalResult(times[k], times[k + 1], Absent<double>(), steps))],
            Displacements = Gathering.Displaced(input, model),
            Descent = model.Descent,
            Performance = Gathering.Cost(run, input.Backend, model, model.Report, started),
            Operators = Absent<OperatorSet>(),
        };
    }

    private static Known<T> Absent<T>() => Known.Unknown<T>(new NotComputedException().Message);
}
