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
    private static string[] ConsistencyClaims(RunComparison comparison) =>
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
    public static string[] Operators(ComparedRun r) =>
    [
        Narrative.Count(r.Spectrum.SignalDimension), Narrative.Count(r.Spectrum.ReservoirDimension), Short(r.Spectrum.EffectiveRank), r.Visibility is null
            ? "∞" : Short(r.Visibility), Short(r.VisibilityBound),
        Short(r.KernelEvolution.PeakDrift), Short(r.KernelEvolution.EndDrift),
    ];

    /// <summary>The text of compare.csv.</summary>
    public static string Csv(RunComparison comparison)
    {
        string[] claims = DataClaims(comparison), consistency = ConsistencyClaims(comparison);
        string[] parts = ["Verdict", "Error", "Integration", "Interpolation", "Descent", "Rounding"];
        var text = CsvText.Header(["label", "verdict", "loss", "train", "test", "outputs", "parameters", "checkpoints", "from", "to", "mode", "method",
            "interpolation", "threshold", "signalDimension", "reservoirDimension", "effectiveRank", "visibility", "visibilityBound", "peakDrift", "endDrift",
            .. claims.SelectMany(id => parts.Select(part => id + part)), .. consistency.SelectMany(id => (string[])[id + "Verdict", id + "Number"]),
            "inputHash"]);
        foreach (var r in comparison.Runs)
        {
            List<string> row =
            [
                r.Label, r.Inclusion.ToString(), r.Run.Loss, Count(r.Run.Train), Count(r.Run.Test), Count(r.Run.Outputs), r.Run.Parameters is { } d
                    ? Count(d) : "", Count(r.Run.Checkpoints), CsvText.Number(r.Window.From),
                CsvText.Number(r.Window.To), r.Options.Mode.Name(), r.Options.Method, r.Options.Interpolation, CsvText.Number(r.Options.Threshold),
                r.Spectrum.SignalDimension.Map(d => NumberText.Count(d)).OrDefault(""),
                    r.Spectrum.ReservoirDimension.Map(d => NumberText.Count(d)).OrDefault(""),
                CsvText.Number(r.Spectrum.EffectiveRank), r.Visibility is null ? "inf" : CsvText.Number(r.Visibility), CsvText.Number(r.VisibilityBound),
                    CsvText.Number(r.KernelEvolution.PeakDrift), CsvText.Number(r.KernelEvolution.EndDrift),
            ];
            foreach (string id in claims)
            {
                var c = r.Claim(id);
                row.AddRange([c?.Verdict.ToString() ?? "", CsvText.Number(c?.RelativeError.OrNull()), CsvText.Number(c?.Budget?.Integration.OrNull()),
                    CsvText.Number(c?.Budget?.Interpolation.OrNull()), CsvText.Number(c?.Budget?.Descent.OrNull()),
                    CsvText.Number(c?.Budget?.Rounding.OrNull())]);
            }
            foreach (string id in consistency)
                row.AddRange([r.Claim(id)?.Verdict.ToString() ?? "", CsvText.Number(r.Claim(id)?.RelativeError.OrNull())]);
            row.Add(r.Run.InputHash ?? "");
            CsvText.Row(text, [.. row]);
        }
        return text.ToString();
    }

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
