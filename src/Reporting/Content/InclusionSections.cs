using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>The conclusions over the threshold, and what holds of the operators of any run.</summary>
internal static class InclusionSections
{
    /// <summary>Both tables; none for results that were made without them.</summary>
    public static IEnumerable<TableSection> All(ReservoirAnalysis analysis)
    {
        if (analysis.Inclusion.ThresholdCurve.Count > 0) yield return Curve(analysis);
        if (analysis.Inclusion.OperatorChecks.Count > 0) yield return Checks(analysis.Inclusion);
    }

    private static TableSection Curve(ReservoirAnalysis analysis) =>
        new("Over the threshold", [.. ((string?[])[Kernel(analysis.Inclusion), Relative(analysis)]).OfType<string>()],
            ["#threshold δ", "#signal", "#reservoir", "verdict", "#error, signal only", "#largest reservoir ‖G ψ_j‖"],
                [.. Rows(analysis.Inclusion.ThresholdCurve, analysis.Spectrum.Threshold)],
            "Every point is in tables/threshold-curve.csv.");

    // The table shows one threshold per decade, the largest and the chosen one, because the whole curve would be too long to read.
    private static IEnumerable<string[]> Rows(IReadOnlyList<ThresholdPoint> points, double chosen)
    {
        double decade = 0;
        for (int i = 0; i < points.Count; i++)
        {
            var p = points[i];
            bool next = p.Threshold >= 9.99 * decade;
            if (next) decade = p.Threshold;
            if (!next && p.Threshold != chosen && i + 1 < points.Count) continue;
            yield return [Short(p.Threshold) + (p.Threshold == chosen ? " (chosen)" : ""), Count(p.SignalDimension), Count(p.ReservoirDimension),
                Narrative.Word(p.Verdict), Short(p.RelativeErrorSignalOnly), Short(p.WorstReservoirResponse)];
        }
    }

    private static TableSection Checks(InclusionResult inclusion) =>
        new("Checks of the operators", ["They hold of the operators of every run: one that fails says that the program is wrong, whatever the run."],
            ["check", "#defect", "#limit", "passed"],
            [.. inclusion.OperatorChecks.Select(c => (string[])[c.Name, Short(c.Defect), Short(c.Limit), c.Passed ? "yes" : "no"])]);

    private static string? Kernel(InclusionResult inclusion)
    {
        if (inclusion.NullSpace is not { } kernel) return null;
        if (kernel.Dimension == 0) return $"No eigenvalue of W_S is within rounding of 0 ({Short(kernel.Floor)}); the smallest is "
            + $"{Short(kernel.SmallestKept)}.";
        string gap = kernel.SmallestKept is { } kept
            ? $"the next one is {Short(kept)}{(kernel.IsClear ? "" : ", too near the floor for the number to be certain")}" : "there are no others";
        return $"Eigenvalues of W_S that are 0 to rounding ({Short(kernel.Floor)}): {Count(kernel.Dimension)}; {gap}.";
    }

    private static string? Relative(ReservoirAnalysis analysis) => analysis.RelativeDissipation.OrNull() is not { } r || r.Values.Count == 0 ? null
        : $"Relative dissipation, eig(2 B_s^½ W_S B_s^½) on range B_s: {Count(r.SignalDimension)} modes from δ = {Short(r.Threshold)} up, "
            + $"{Count(r.ReservoirDimension)} below, {Count(r.OutsideDimension)} directions outside range B_s; "
            + $"largest {Short(r.Values[0])}, smallest {Short(r.Values[^1])}{(r.Values[0] > 1 ? " (above 1: B changed along the way)" : "")}. All are in "
                + "tables/relative-dissipation.csv.";
}
