using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>The tables that report.html and report.md share.</summary>
internal static class ReportTables
{
    /// <summary>At most so many rows; the tables/*.csv have all of them.</summary>
    private const int MostRows = 12;

    /// <summary>The tables behind the figures, in reading order.</summary>
    public static IEnumerable<TableSection> Numbers(ReservoirAnalysis analysis) =>
        analysis.Options.Extent == AnalysisExtent.Whole
            ? [.. Behind(analysis), Spectrum(analysis), .. InclusionSections.All(analysis), .. CurveSections.All(analysis),
                .. Windows(analysis), Evolution(analysis.KernelEvolution), Intervals(analysis)]
            : analysis.MatrixFree.TryGet(out var applied) ? [.. Behind(analysis), .. MatrixFreeSections.All(applied)] : Behind(analysis);

    /// <summary>The checks behind the inclusion verdict; null where it was not computed.</summary>
    public static TableSection? Checks(ReservoirAnalysis analysis) => !analysis.KnownInclusion.IsKnown ? null
        : new("What the inclusion verdict rests on", [], ["check", "#figure", "what it says"],
        InclusionText.Checks(analysis));

    /// <summary>What was analysed and with what.</summary>
    public static TableSection Origin(ReservoirAnalysis analysis) =>
        new("Where this comes from", [], ["what", "value"], [.. Provenance.Facts(analysis).Select(f => (string[])[f.What, f.Value])]);

    // Named numbers of claims, from which likely causes are told; most claims have none.
    private static IEnumerable<TableSection> Behind(ReservoirAnalysis analysis)
    {
        string[][] rows = [.. analysis.Claims.SelectMany(c => c.Figures.Select(f => (string[])[$"{c.Id} {c.Name}", f.Name, Short(f.Value, 6)]))];
        if (rows.Length > 0)
            yield return new("Numbers behind the claims", ["What the claims about the recording rest on, beside the number that is judged. Intervals and "
                + "checkpoints are counted from 0."], ["claim", "number", "#value"], rows);
    }

    private static TableSection Spectrum(ReservoirAnalysis analysis)
    {
        var (spectrum, modes) = (analysis.Spectrum, analysis.Inclusion.Modes);
        string facts = $"Window t = {Short(analysis.Window.From, 6)} to {Short(analysis.Window.To, 6)}. "
            + $"{Count(spectrum.Eigenvalues.Count)} "
                + $"eigenvalues{(spectrum.Complete ? "" : $", the largest of {Count(spectrum.Dimension)}")}{InclusionText.On(spectrum)} "
                + $"({spectrum.Solver.Name()}): "
            + $"{Narrative.Count(spectrum.SignalDimension)} signal, {Narrative.Count(spectrum.ReservoirDimension)} reservoir (threshold δ = "
                + $"{Short(spectrum.Threshold)} on {Narrative.Measure(analysis)}); "
            + $"effective rank {Short(spectrum.EffectiveRank, 4)}; largest residual ‖Wψ − λψ‖ = "
                + $"{Short(spectrum.ResidualNorms.Count == 0 ? null : spectrum.ResidualNorms.Max())}.";
        string[] paragraphs = spectrum.DissipatedFraction.Reason is { } reason ? [facts, $"No dissipated fraction: {reason}."] : [facts];
        int[] shown = Spread(spectrum.Eigenvalues.Count);
        return new("Spectrum of W_S", paragraphs, ["#mode", "#λ_j", "#2βλ_j", "#λ_j/λ_1", "#‖G ψ_j‖", "#bound √(c λ_j)"],
        [
            .. shown.Select(j => (string[])
            [
                Count(j + 1), Short(spectrum.Eigenvalues[j]), Short(At(spectrum.DissipatedFraction.OrNull(), j)), Short(At(spectrum.RelativeEigenvalues, j)),
                Short(j < modes.Count ? modes[j].Response : null), Short(j < modes.Count ? modes[j].Bound : null),
            ]),
        ], More(shown.Length, spectrum.Eigenvalues.Count, "spectrum.csv and tables/modes.csv"));
    }

    // In order of what was asked for; those of the same start show what each later checkpoint adds.
    private static IEnumerable<TableSection> Windows(ReservoirAnalysis analysis)
    {
        if (analysis.Windows.Count == 0) yield break;
        int shown = Math.Min(analysis.Windows.Count, MostRows);
        yield return new("Windows", ["Windows composed of the same intervals as the whole: modes at or above the threshold and below it, check 1 of the "
            + "inclusion, and how far the predictions of g at the start of the window are from what was recorded (C1 to C4), judged with the budget that the "
            + "window has by itself. Budgets and reasons are in results.json (windows, claims)."],
            ["#from", "#to", "#signal", "#reservoir", "#effective rank", "inclusion", "#worst ratio", "#C1", "#C2", "#C3", "#C4"],
            [
                .. analysis.Windows.Take(shown).Select(w => (string[])
                [
                    Short(w.From, 6), Short(w.To, 6), Narrative.Count(w.SignalDimension), Narrative.Count(w.ReservoirDimension), Short(w.EffectiveRank, 4),
                    w.Inclusion == Verdict.Holds ? "holds" : w.Inclusion == Verdict.Violated ? "violated" : "undecided", Short(w.WorstRatio),
                    .. Enumerable.Range(0, 4).Select(c => Judged(w, c)),
                ]),
            ], More(shown, analysis.Windows.Count, "windows.csv"));
    }

    private static string Judged(WindowResult window, int claim)
    {
        if (window.Claims.ElementAtOrDefault(claim) is not { } judged)
            return Short(new[] { window.Dissipation, window.Transport, window.TrainTransfer, window.TestTransfer }[claim].OrNull());
        string verdict = Narrative.Word(judged.Verdict);
        return judged.RelativeError.TryGet(out double error) ? $"{Short(error)} {verdict}" : verdict;
    }

    private static TableSection Evolution(KernelEvolution evolution)
    {
        string facts = $"‖K(t) − K(s)‖/‖K(s)‖ (spectral norm): {Short(evolution.PeakDrift)} at its largest, {Short(evolution.EndDrift)} at the end. "
            + "Near 0 the network is in the frozen-kernel regime; from about 1 on it learns features.";
        int[] shown = Spread(evolution.Points.Count);
        return new("Movement of the kernel", [facts], ["#t", "#drift (spectral)", "#drift (Frobenius)", "#centred alignment", "#rotation (rad)", "#λ_max(K)"],
        [
            .. shown.Select(k => evolution.Points[k]).Select(p => (string[])
                [Short(p.Time, 6), Short(p.SpectralDrift), Short(p.FrobeniusDrift), Short(p.CentredAlignment, 4), Short(p.Rotation),
                    Short(p.LargestEigenvalue)]),
        ], More(shown.Length, evolution.Points.Count, "kernel-evolution.csv"));
    }

    private static TableSection Intervals(ReservoirAnalysis analysis)
    {
        const string title = "Checkpoint intervals";
        var intervals = analysis.Intervals;
        string[] header = ["#from", "#to", "#transport defect", "#steps"];
        if (intervals.Count > 0 && intervals.All(i => !i.TransportDefect.IsKnown)) return new(title,
            [$"No transport defects: {analysis.Intervals[0].TransportDefect.Reason}."], header, []);
        var worst = intervals.OrderByDescending(i => i.TransportDefect.OrDefault(-1)).ThenBy(i => i.From).Take(MostRows).ToArray();
        return new(title, ["The transport defect ‖g(t_{k+1}) − P g(t_k)‖/‖g(t_k)‖ is large where checkpoints are too sparse "
            + "or learning rates too large. The largest first:"], header,
            Array.ConvertAll(worst, i => (string[])[Short(i.From, 6), Short(i.To, 6), Short(i.TransportDefect.OrNull()), Count(i.Steps)]),
                More(worst.Length, intervals.Count, "intervals.csv"));
    }

    private static string? More(int shown, int all, string file) => shown == all ? null : $"{Count(shown)} of {Count(all)} rows; all are in tables/{file}.";

    /// <summary>Indices 0..count−1, thinned evenly to at most <see cref="MostRows"/> with both ends kept.</summary>
    private static int[] Spread(int count) =>
        count <= MostRows ? [.. Enumerable.Range(0, count)] : [.. Enumerable.Range(0, MostRows).Select(i => (int)((long)i * (count - 1) / (MostRows - 1)))];

    private static double? At(IReadOnlyList<double>? values, int index) => values is not null && index < values.Count ? values[index] : null;
}
