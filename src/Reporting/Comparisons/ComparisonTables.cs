using KernelFlow.Files;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Comparisons;

/// <summary>The tables of a comparison: one row per run.</summary>
internal static class ComparisonTables
{
    /// <summary>The ids of the claims that confront the theory with recorded data, in the order of the first run that has them.</summary>
    public static string[] DataClaims(RunComparison comparison) =>
        [.. comparison.Runs.SelectMany(r => r.Claims).Where(c => c.Kind == ClaimKind.Data).Select(c => c.Id).Distinct(StringComparer.Ordinal)];

    /// <summary>The ids of the claims that ask whether a recording is what it says.</summary>
    public static string[] ConsistencyClaims(RunComparison comparison) =>
        [.. comparison.Runs.SelectMany(r => r.Claims).Where(c => c.Kind == ClaimKind.Consistency).Select(c => c.Id).Distinct(StringComparer.Ordinal)];

    /// <summary>What differs, the operators, the claims, the likely causes.</summary>
    public static IEnumerable<TableSection> All(RunComparison comparison)
    {
        var runs = comparison.Runs;
        string[] claims = DataClaims(comparison);
        if (comparison.Differences.Count > 0) yield return Differences(comparison);
        yield return new("Claims against data", ["Relative error, with the sum of its known error sources in brackets: an error of the size of its "
            + "budget is agreement. ✓ holds, ✗ violated, ? undecided, · measured."], ["run", .. claims.Select(id => "#" + Name(runs, id))],
            [.. runs.Select(r => (string[])[r.Label, .. claims.Select(id => Cell(r.Claim(id)))])]);
        string[] consistency = ConsistencyClaims(comparison);
        if (consistency.Length > 0)
            yield return new("Claims about the recordings", ["Is each recording what it says? The number of each claim; a claim about data means something "
                + "only where these hold. ✓ holds, ✗ violated, ? undecided."], ["run", .. consistency.Select(id => "#" + Name(runs, id))],
                [.. runs.Select(r => (string[])[r.Label, .. consistency.Select(id => Cell(r.Claim(id)))])]);
        if (runs.Any(r => r.LikelyCauses.Count > 0))
            yield return new(CauseText.Title, [CauseText.Lead], ["run", "cause", "evidence", "what to do"],
                [.. runs.SelectMany(r => r.LikelyCauses.Select(c => (string[])
                    [r.Label, c.Cause, CauseText.Sentence(c.Evidence), CauseText.Sentence(c.WhatToDo)]))]);
    }

    private static TableSection Differences(RunComparison comparison)
    {
        var (runs, facts) = (comparison.Runs, comparison.Differences);
        static string Cell(string value) => value.Length > 0 ? value : None;
        // The longer side runs down the page.
        return new("What differs", ["Everything that is not listed is the same in all runs, or was not recorded."], facts.Count > runs.Count
            ? ["fact", .. runs.Select(r => r.Label)] : ["run", .. facts.Select(f => f.Name)],
            facts.Count > runs.Count ? [.. facts.Select(f => (string[])[f.Name, .. f.Values.Select(Cell)])]
                : [.. runs.Select((r, i) => (string[])[r.Label, .. facts.Select(f => Cell(f.Values[i]))])]);
    }

    /// <summary>The verdicts and the operators.</summary>
    public static readonly string[] OperatorHeader =
        ["#signal", "#reservoir", "#effective rank", "#visibility ν", "#bound √c", "#drift, largest", "#drift, end"];

    /// <summary>The cells under <see cref="OperatorHeader"/>.</summary>
    public static string[] Operators(ComparedRun r) => !r.KnownSpectrum.IsKnown ? [.. OperatorHeader.Select(_ => None)] :
    [
        Narrative.Count(r.Spectrum.SignalDimension), Narrative.Count(r.Spectrum.ReservoirDimension), Short(r.Spectrum.EffectiveRank), r.Visibility is null
            ? "∞" : Short(r.Visibility), Short(r.VisibilityBound),
        Short(r.KernelEvolution.PeakDrift), Short(r.KernelEvolution.EndDrift),
    ];

    private static string Name(IReadOnlyList<ComparedRun> runs, string id) => runs.Select(r => r.Claim(id)).FirstOrDefault(c => c is not null) is { } claim
        ? $"{id} {claim.Name}" : id;

    private static string Cell(ClaimResult? claim) => claim switch
    {
        null => None,
        { RelativeError.IsKnown: false } => Narrative.Word(claim.Verdict),
        { Budget: null } => $"{HtmlPage.Sign(claim.Verdict)} {Short(claim.RelativeError.OrNull())}",
        _ => $"{HtmlPage.Sign(claim.Verdict)} {Short(claim.RelativeError.OrNull())} ({Narrative.Sum(claim.Budget)})",
    };
}
