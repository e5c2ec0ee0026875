
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
        return Gathering.WithoutOperators(run, plan, input, model, results, hash.Value, started, new NotComputedException().Message);
    }

    private static ClaimResult[] Check(AnalysisInput input, CarriedModel model, IReadOnlyList<Claim> claims)
    {
        var evidence = new ClaimEvidence(input, model);
        return [.. claims.Select(claim => WorkSpans.In(claim.Id, () => claim.Check(evidence)))];
    }

    private static bool Hangs(ClaimResult claim) => claim is { Kind: ClaimKind.Data, Budget: { Sum: { } sum } budget }
        && budget.Integration.OrDefault(0) > LargestShare * sum;
}
