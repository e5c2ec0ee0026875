using System.Text;
using static KernelFlow.Analysis.Reports.NumberText;

namespace KernelFlow.Analysis.Reports;

/// <summary>report.md: the verdict first, then what it rests on, then how to make it again.</summary>
internal static class MarkdownReport
{
    /// <summary>At most so many rows of a table; the tables/*.csv have all of them.</summary>
    private const int Rows = 12;

    /// <summary>The whole document.</summary>
    public static string Text(ReservoirAnalysis analysis)
    {
        var text = new StringBuilder();
        Verdict(text, analysis);
        Spectrum(text, analysis);
        Claims(text, analysis);
        Evolution(text, analysis.KernelEvolution);
        Intervals(text, analysis);
        Origin(text, analysis);
        return text.ToString();
    }

    private static void Verdict(StringBuilder text, ReservoirAnalysis analysis)
    {
        var inclusion = analysis.Inclusion;
        Line(text, "# Kernel-flow report");
        Line(text, "");
        Line(text, $"**Inclusion ker W_S ⊆ ker G_Q: {Narrative.Word(inclusion.Verdict)}.** {Escape(Narrative.Headline(analysis))}");
        if (inclusion.Reason is { } reason) Line(text, $"Reason: {Escape(reason)}.");
        if (Narrative.Prediction(analysis) is { } prediction) { Line(text, ""); Line(text, Escape(prediction)); }
        Line(text, "");
        Line(text, Escape(Narrative.Mode(analysis)));
        if (Narrative.Stability(analysis) is { } stability) Line(text, Escape(stability));
        Line(text, "");
        Table(text, ["check", "figure", "what it says"], Narrative.Checks(analysis));
    }

    private static void Spectrum(StringBuilder text, ReservoirAnalysis analysis)
    {
        var spectrum = analysis.Spectrum;
        Line(text, "## Spectrum of W_S");
        Line(text, "");
        Line(text, $"Window t = {Short(analysis.Window.From, 6)} to {Short(analysis.Window.To, 6)}. "
            + $"{Count(spectrum.Eigenvalues.Count)} eigenvalues{(spectrum.Complete ? "" : " (not all of them)")}: "
            + $"{Count(spectrum.SignalDimension)} signal, {Count(spectrum.ReservoirDimension)} reservoir (threshold δ = {Short(spectrum.Threshold)} on {Narrative.Measure(analysis)}); "
            + $"effective rank {Short(spectrum.EffectiveRank, 4)}; largest residual ‖Wψ − λψ‖ = {Short(Largest(spectrum.ResidualNorms))}.");
        if (spectrum.DissipatedFraction is null && spectrum.DissipatedFractionReason is { } reason) Line(text, $"No dissipated fraction: {Escape(reason)}.");
        Line(text, "");
        var shown = Spread(spectrum.Eigenvalues.Count);
        Table(text, ["mode", "λ_j", "2βλ_j", "λ_j/λ_1", "‖G ψ_j‖", "bound √(c λ_j)"], shown.Select(j => (string[])
        [
            Count(j + 1), Short(spectrum.Eigenvalues[j]), Short(At(spectrum.DissipatedFraction, j)), Short(At(spectrum.RelativeEigenvalues, j)),
            Short(j < analysis.Inclusion.Modes.Count ? analysis.Inclusion.Modes[j].Response : null), Short(j < analysis.Inclusion.Modes.Count ? analysis.Inclusion.Modes[j].Bound : null),
        ]));
        More(text, shown.Length, spectrum.Eigenvalues.Count, "spectrum.csv and tables/modes.csv");
    }

    private static void Claims(StringBuilder text, ReservoirAnalysis analysis)
    {
        Line(text, "## Claims");
        Line(text, "");
        Line(text, "Every figure carries its error budget, relative to the same denominator. The largest part is in bold. Claims marked *data* confront the theory with what was recorded; claims marked *code* hold for any input and test the program.");
        Line(text, "");
        Table(text, ["id", "claim", "tests", "verdict", "error", "correlation", "integration", "interpolation", "descent", "rounding", "sum", "limit"],
            analysis.Claims.Select(c => (string[])
            [
                c.Id, c.Name, Narrative.Tests(c), Narrative.Word(c.Verdict), Short(c.RelativeError), Short(c.Correlation, 6), Part(c.Budget, "integration", c.Budget?.Integration),
                Part(c.Budget, "interpolation", c.Budget?.Interpolation), Part(c.Budget, "descent", c.Budget?.Descent), Part(c.Budget, "rounding", c.Budget?.Rounding),
                Narrative.Sum(c.Budget), Short(c.Tolerance),
            ]));
        foreach (var claim in analysis.Claims)
            if (Narrative.Reasons(claim) is { Length: > 0 } reasons) Line(text, $"- {claim.Id} {Narrative.Word(claim.Verdict)}: {Escape(reasons)}");
        Line(text, "");
        foreach (var (verdict, meaning) in Narrative.Meanings)
            if (verdict == analysis.Inclusion.Verdict || analysis.Claims.Any(c => c.Verdict == verdict)) Line(text, $"- *{Narrative.Word(verdict)}*: {meaning}.");
        Line(text, "");
    }

    private static void Evolution(StringBuilder text, KernelEvolution evolution)
    {
        Line(text, "## Movement of the kernel");
        Line(text, "");
        Line(text, $"‖K(t) − K(s)‖/‖K(s)‖ (spectral norm): {Short(evolution.PeakDrift)} at its largest, {Short(evolution.EndDrift)} at the end. "
            + "Near 0 the network is in the frozen-kernel regime; from about 1 on it learns features.");
        Line(text, "");
        var shown = Spread(evolution.Points.Count);
        Table(text, ["t", "drift (spectral)", "drift (Frobenius)", "centred alignment", "rotation (rad)", "λ_max(K)"], shown.Select(k => evolution.Points[k]).Select(p => (string[])
        [
            Short(p.Time, 6), Short(p.SpectralDrift), Short(p.FrobeniusDrift), Short(p.CentredAlignment, 4), Short(p.Rotation), Short(p.LargestEigenvalue),
        ]));
        More(text, shown.Length, evolution.Points.Count, "kernel-evolution.csv");
    }

    private static void Intervals(StringBuilder text, ReservoirAnalysis analysis)
    {
        var intervals = analysis.Intervals;
        Line(text, "## Checkpoint intervals");
        Line(text, "");
        if (intervals.Count > 0 && intervals.All(i => i.TransportDefect is null))
        {
            Line(text, $"No transport defects: {Narrative.NoDefect(analysis)}.");
            Line(text, "");
            return;
        }
        Line(text, "The transport defect ‖g(t_{k+1}) − P g(t_k)‖/‖g(t_k)‖ is large where checkpoints are too sparse or learning rates too large. The largest first:");
        Line(text, "");
        var worst = intervals.OrderByDescending(i => i.TransportDefect ?? -1).ThenBy(i => i.From).Take(Rows).ToArray();
        Table(text, ["from", "to", "transport defect", "steps"], worst.Select(i => (string[])[Short(i.From, 6), Short(i.To, 6), Short(i.TransportDefect), Count(i.Steps)]));
        More(text, worst.Length, intervals.Count, "intervals.csv");
    }

    private static void Origin(StringBuilder text, ReservoirAnalysis analysis)
    {
        Line(text, "## Where this comes from");
        Line(text, "");
        Table(text, ["what", "value"], Provenance.Facts(analysis).Select(f => (string[])[f.What, f.Value]));
        Line(text, "To make it again (RUN is the folder with the input above):");
        Line(text, "");
        Line(text, "    " + Provenance.Command(analysis));
    }

    private static string Part(ErrorBudget? budget, string name, double? value) => budget?.LargestPart == name ? $"**{Short(value)}**" : Short(value);

    private static void Table(StringBuilder text, string[] header, IEnumerable<string[]> rows)
    {
        Line(text, "| " + string.Join(" | ", header.Select(Escape)) + " |");
        Line(text, "|" + string.Concat(header.Select(_ => "---|")));
        foreach (string[] row in rows) Line(text, "| " + string.Join(" | ", row.Select(Escape)) + " |");
        Line(text, "");
    }

    private static void More(StringBuilder text, int shown, int all, string file)
    {
        if (shown == all) return;
        Line(text, $"{Count(shown)} of {Count(all)} rows; all are in tables/{file}.");
        Line(text, "");
    }

    /// <summary>Indices 0..count−1, thinned evenly to at most <see cref="Rows"/> with both ends kept.</summary>
    private static int[] Spread(int count) =>
        count <= Rows ? [.. Enumerable.Range(0, count)] : [.. Enumerable.Range(0, Rows).Select(i => (int)((long)i * (count - 1) / (Rows - 1)))];

    private static double? At(IReadOnlyList<double>? values, int index) => values is not null && index < values.Count ? values[index] : null;

    private static double? Largest(IReadOnlyList<double> values) => values.Count == 0 ? null : values.Max();

    private static string Escape(string value) => value.ReplaceLineEndings(" ").Replace("|", "\\|").Replace("<", "&lt;");

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
