namespace KernelFlow.Analysis.Tests.Support;

/// <summary>An analysis of claims only beside the whole one of the same run: the same verdicts, and numbers as far apart as their integrations allow.</summary>
internal static class ClaimsOnlyCheck
{
    /// <summary>C1 to C4 and R1 to R12.</summary>
    public static string[] Computed { get; } = [.. Enumerable.Range(1, 4).Select(i => $"C{i}"), .. Enumerable.Range(1, 12).Select(i => $"R{i}")];

    /// <summary>Analyses again with claims only and compares.</summary>
    public static ReservoirAnalysis Same(string what, CheckpointSequence run, ReservoirAnalysis whole, AnalysisOptions options)
    {
        var claims = Analyze.Reservoir(run, options with { Extent = AnalysisExtent.ClaimsOnly });
        foreach (string id in Computed)
        {
            var (a, b) = (whole.Claim(id), claims.Claim(id));
            Assert.True(a.Verdict == b.Verdict, $"{what}: {id} is {b.Verdict} ({b.Reason}), in the whole analysis {a.Verdict} ({a.Reason})");
            Assert.Equal(a.RelativeError.IsKnown, b.RelativeError.IsKnown);
            if (!a.RelativeError.IsKnown || !double.IsFinite(a.RelativeError.Value)) continue;
            // A claim about the recording has no budget; one about the data may be off by what both integrations and their rounding allow.
            double allowed = 1e-12 + 1e-9 * a.RelativeError.Value
                + 3 * (Computing(a.Budget) + Computing(b.Budget));
            Check.Small(Math.Abs(a.RelativeError.Value - b.RelativeError.Value), allowed, $"{what}: {id}, difference of the errors");
        }
        foreach (var claim in claims.Claims.Where(c => !Computed.Contains(c.Id)))
            Assert.True(claim is { Verdict: Verdict.NotComputed, RelativeError.IsKnown: false, Budget: null, Figures.Count: 0 }, $"{what}: {claim}");
        return claims;
    }

    private static double Computing(ErrorBudget? budget) => budget is null ? 0 : budget.Integration.OrDefault(0) + budget.Rounding.OrDefault(0);
}
