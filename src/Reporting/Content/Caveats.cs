using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>What a sceptical reader should hold against a report.</summary>
internal static class Caveats
{
    /// <summary>One sentence or two each.</summary>
    public static IEnumerable<string> Of(ReservoirAnalysis analysis)
    {
        foreach (string caveat in analysis.Options.Extent switch
        {
            AnalysisExtent.Whole => OfOperators(analysis), AnalysisExtent.MatrixFree => s_ofModes, _ => s_ofClaims,
        }) yield return caveat;
        string[] undecided = [.. analysis.Claims.Where(c => c.Verdict == Verdict.Undecided).Select(c => c.Id)];
        if (undecided.Length > 0) yield return $"{string.Join(", ", undecided)} {(undecided.Length == 1 ? "is" : "are")} undecided: the error budget is "
            + "unknown or too large, and the figures there count neither for the theory nor against it.";
        if (analysis.Claims.Any(c => c.Correlation > 0.9))
            yield return "Correlation is a weak measure: even a prediction that leaves the propagator out correlates above "
                + "0.99 on ordinary runs. Judge by relative errors, "
                + $"that of {WellKnownClaims.Transport} before all.";
        yield return "This is one run. Nothing here says how results vary with the seed, the data, or the width.";
    }

    private static readonly string[] s_ofModes =
    [
        MatrixFreeSections.Said + ". That a number is at most, or at least, is part of it; an estimate may be off by more than its interval. What "
            + "is not computed says nothing for the theory and nothing against it: a dense analysis of fewer examples computes it.",
        "C1 to C4 are statements about the interpolated path. That they agree says nothing about directions of the gradient that training did not take.",
    ];

    private static readonly string[] s_ofClaims =
    [
        "Only C1 to C4 and the recording were computed. The operators, their spectrum, the inclusion and the other claims were not: that they are missing "
            + "says nothing for the theory and nothing against it. Without --claims-only the command below computes them.",
        "C1 to C4 are statements about the interpolated path. That they agree says nothing about directions of the gradient that training did not take.",
    ];

    private static IEnumerable<string> OfOperators(ReservoirAnalysis analysis)
    {
        var (spectrum, inclusion, modes) = (analysis.Spectrum, analysis.Inclusion, analysis.Inclusion.Modes);
        yield return !inclusion.Independent.IsKnown
            ? $"W_S and G_Q come from the same {Narrative.Shared(analysis)}, where the inclusion holds by construction for any joint kernel: without an "
                + "independent check its verdict speaks about the code and the recorded kernels, not about the theory."
            : "The inclusion is a statement about the interpolated path. Whether that path is the one the network took "
                + "is what the claims against data measure.";
        int tighter = modes.Count(m => m.Measure < spectrum.Threshold / 10), wider = modes.Count(m => m.Measure < spectrum.Threshold * 10);
        yield return $"The reservoir depends on the threshold: it has {Narrative.Count(spectrum.ReservoirDimension)} modes at δ = "
            + $"{Short(spectrum.Threshold)}, {Count(tighter)} at {Short(spectrum.Threshold / 10)} and {Count(wider)} at {Short(spectrum.Threshold * 10)}.";
        if (analysis.KernelEvolution.PeakDrift < 1)
            yield return $"The kernel changed by {Percent(analysis.KernelEvolution.PeakDrift)} only: a frozen kernel would have predicted nearly as "
                + "well, so agreement here says little about feature learning.";
    }
}
