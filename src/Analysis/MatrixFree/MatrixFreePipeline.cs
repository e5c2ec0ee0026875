using KernelFlow.Analysis.Budgets;

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
        string absent = new NotComputedException(NotComputedException.MatrixFree).Message;
        return Gathering.WithoutOperators(run, plan, input, model, results, hash.Value, started, absent) with { MatrixFree = modes.Result };
    }

    private static ClaimResult Check(Claim claim, ClaimEvidence evidence, FoundModes modes)
    {
        if (FoundClaims.Of(claim, evidence, modes) is not { } result) return claim.Check(evidence);
        return claim.Kind == ClaimKind.Data && evidence.OutsideTheory is { } setting && result.Verdict != Verdict.NotComputed
            ? result with { Verdict = Verdict.NotApplicable, Reason = $"not the theory's setting: {setting}" } : result;
    }
}
