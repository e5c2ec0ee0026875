using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>The handful of numbers at the top of a report.</summary>
internal static class KeyFigures
{
    /// <summary>Name, number, what it means.</summary>
    public static IEnumerable<(string Name, string Value, string Note)> Of(ReservoirAnalysis analysis)
    {
        foreach (string id in (string[])[WellKnownClaims.Transport, WellKnownClaims.TestTransfer])
            if (analysis.Claims.FirstOrDefault(c => c.Id == id) is { } claim)
                yield return ($"{claim.Id} {claim.Name}", Short(claim.RelativeError.OrNull()),
                    $"relative error; known sources {Narrative.Sum(claim.Budget)}; {Narrative.Word(claim.Verdict)}");
        if (analysis.Options.Extent == AnalysisExtent.Whole)
            foreach (var figure in OfOperators(analysis)) yield return figure;
        if (analysis.MatrixFree.TryGet(out var applied))
            foreach (var figure in MatrixFreeSections.KeyFigures(applied)) yield return figure;
        if (analysis.Descent is { } d)
            yield return ("Largest z = η λ_max(BK)", Short(d.LargestZ),
                $"edge of stability {Short(d.StabilityEdge)}; "
                + $"{(d.Amplification > 1 ? $"early errors can grow by {Short(d.Amplification)}" : "early errors do not grow")}");
    }

    private static IEnumerable<(string Name, string Value, string Note)> OfOperators(ReservoirAnalysis analysis)
    {
        yield return ("Kernel drift", Short(analysis.KernelEvolution.PeakDrift),
            $"largest relative change; {Short(analysis.KernelEvolution.EndDrift)} at the end");
        yield return ("Signal and reservoir", $"{Narrative.Count(analysis.Spectrum.SignalDimension)} + "
            + $"{Narrative.Count(analysis.Spectrum.ReservoirDimension)}",
            $"modes, at threshold {Short(analysis.Spectrum.Threshold)} on {Narrative.Measure(analysis)}");
        yield return ("Effective rank of W_S", Short(analysis.Spectrum.EffectiveRank),
            $"of {Count(analysis.Spectrum.Dimension)}{InclusionText.On(analysis.Spectrum)}");
    }
}
