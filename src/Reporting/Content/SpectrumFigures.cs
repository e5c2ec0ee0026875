using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>The spectrum of W_S and what the threshold makes of it.</summary>
internal static class SpectrumFigures
{
    /// <summary>The eigenvalues λ_j over the mode j.</summary>
    public static Figure Eigenvalues(ReportFigure figure, ReservoirAnalysis analysis)
    {
        var values = analysis.Spectrum.Eigenvalues;
        if (!values.Any(v => v > 0)) return figure.Without("W_S has no positive eigenvalue: nothing was dissipated in this window.");
        double boundary = analysis.Spectrum.DissipatedFraction.OrNull() is { } fraction && values[0] > 0 && fraction[0] > 0
            ? analysis.Spectrum.Threshold * values[0] / fraction[0] : analysis.Spectrum.Threshold * values[0];
        var head = figure.Head($"Spectrum of W_S: {Count(values.Count)} eigenvalues from {Short(values[0])} down to {Short(values[^1])}, "
            + $"{Narrative.Count(analysis.Spectrum.ReservoirDimension)} below the threshold");
        var chart = new Chart(ModeAxis(values.Count), Axis.Log("eigenvalue λ_j of W_S", values.Append(boundary)), head);
        var modes = Drawn.Thin(values.Count).Select(j => new Point(j + 1, values[j],
            $"mode {Count(j + 1)}: λ = {Short(values[j])}, λ/λ₁ = {Short(analysis.Spectrum.RelativeEigenvalues[j])}"
            + (analysis.Spectrum.DissipatedFraction.OrNull() is { } f ? $", dissipated fraction {Short(f[j])}" : ""))).ToArray();
        chart.Points("signal", 1, modes.Where(m => m.Y >= boundary));
        chart.Points("reservoir", 2, modes.Where(m => !(m.Y >= boundary)), Marker.Diamond);
        chart.Rule($"threshold δ = {Short(analysis.Spectrum.Threshold)}", boundary);
        return Figure.Of(head, chart, $"Large eigenvalues are directions that training dissipated; those below the threshold "
            + $"({Narrative.Measure(analysis)} < δ) are the reservoir." + Drawn.Missing(chart, "are zero or negative by rounding"));
    }

    /// <summary>The dissipated fractions 2βλ_j over the mode j.</summary>
    public static Figure Fraction(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.Spectrum.DissipatedFraction.IsKnown && analysis.RelativeDissipation.OrNull() is { Values.Count: > 0 } relative)
            return Relative(figure, relative);
        if (analysis.Spectrum.DissipatedFraction.OrNull() is not { Count: > 0 } fraction)
            return figure.Without($"There is no dissipated fraction: {analysis.Spectrum.DissipatedFraction.Reason}.");
        var head = figure.Head($"Dissipated fraction 2βλ_j of {Count(fraction.Count)} modes, from {Short(fraction[0])} down to {Short(fraction[^1])}; "
            + $"{Count(fraction.Count(f => f >= 0.5))} modes lost at least half of their energy");
        var chart = new Chart(ModeAxis(fraction.Count), Axis.Linear("dissipated fraction 2βλ_j", [0, 1, fraction[0]]), head);
        chart.Points("mode", 1, Drawn.Thin(fraction.Count).Select(j => new Point(j + 1, fraction[j],
            $"mode {Count(j + 1)}: {Percent(fraction[j])} of its energy was dissipated")));
        chart.Rule("all of it", 1);
        return Figure.Of(head, chart, "Share of the gradient energy along ψ_j that training dissipated: 1 is learned to the end, 0 is untouched."
            + Drawn.Missing(chart, "are negative by rounding"));
    }

    private static Figure Relative(ReportFigure figure, RelativeDissipation relative)
    {
        const string title = "Relative dissipation";
        var values = relative.Values;
        var head = figure.Head($"Relative dissipation of {Count(values.Count)} modes on range B, from {Short(values[0])} down to {Short(values[^1])}; "
            + $"{Count(relative.ReservoirDimension)} below the threshold", title);
        var chart = new Chart(ModeAxis(values.Count), Axis.Log("μ_k of 2 B^½ W_S B^½", values.Append(relative.Threshold).Append(1), 8), head);
        chart.Points("mode", 1, Drawn.Thin(values.Count).Select(k => new Point(k + 1, values[k],
            $"mode {Count(k + 1)}: μ = {Short(values[k])}, ‖G v‖ = {Short(relative.Responses[k])}, bound {Short(relative.Bounds[k])}")));
        chart.Rule($"threshold δ = {Short(relative.Threshold)}", relative.Threshold);
        return Figure.Of(head, chart, "Share of gᵀB⁺g that training removed along each mode of its own spectrum, for a B that is not a multiple of the "
            + "identity; above 1 only where B changed along the way."
            + (relative.OutsideDimension > 0 ? $" {Count(relative.OutsideDimension)} directions lie outside range B: no gradient of this loss has them."
                : "") + Drawn.Missing(chart, "are zero or negative by rounding"));
    }

    /// <summary>Prediction from the signal part alone, over the threshold.</summary>
    public static Figure SignalOnly(ReportFigure figure, ReservoirAnalysis analysis)
    {
        var points = analysis.Inclusion.ThresholdCurve.Where(p => p.RelativeErrorSignalOnly is not null).ToArray();
        if (points.Length == 0) return figure.Without(analysis.Inclusion.ThresholdCurve.Count == 0 ? "No curve over the threshold was computed."
            : "The test outputs did not move.");
        double? full = analysis.Inclusion.Empirical.RelativeErrorFull.OrNull();
        var verdicts = points.GroupBy(p => p.Verdict).Select(g => $"{Narrative.Word(g.Key)} from δ = {Short(g.First().Threshold)} to "
            + $"{Short(g.Last().Threshold)}");
        var head = figure.Head($"Relative error of the test displacement predicted from the signal part alone, from "
            + $"{Short(points[0].RelativeErrorSignalOnly)} at δ = {Short(points[0].Threshold)} to {Short(points[^1].RelativeErrorSignalOnly)} at "
            + $"{Short(points[^1].Threshold)}; inclusion {string.Join(", ", verdicts)}");
        var chart = new Chart(Axis.Log("threshold δ", points.Select(p => p.Threshold).Append(analysis.Spectrum.Threshold), 12),
            Axis.Log("relative error, signal part alone", points.Select(p => p.RelativeErrorSignalOnly!.Value).Append(full ?? 0), 8), head);
        chart.Line("signal part alone", 1, points.Select(p => new Point(p.Threshold, p.RelativeErrorSignalOnly!.Value,
            $"δ = {Short(p.Threshold)}: error {Short(p.RelativeErrorSignalOnly)}; {Count(p.SignalDimension)} signal, {Count(p.ReservoirDimension)} "
                + $"reservoir modes; inclusion {Narrative.Word(p.Verdict)}")));
        if (full is { } f) chart.Rule($"whole g(s): {Short(f)}", f);
        chart.UprightRule($"chosen δ = {Short(analysis.Spectrum.Threshold)}", analysis.Spectrum.Threshold);
        return Figure.Of(head, chart, $"Error of the predicted test outputs when the reservoir part of g(s) is left out. Where it stays at the level of "
            + $"the whole g(s), the reservoir does not matter for the test outputs. Inclusion over δ: {string.Join(", ", verdicts)}.");
    }

    /// <summary>Size of the reservoir over the threshold.</summary>
    public static Figure Threshold(ReportFigure figure, ReservoirAnalysis analysis)
    {
        double[] measures = [.. analysis.Inclusion.Modes.Select(m => Math.Max(m.Measure, 0)).Order()];
        if (measures.Length == 0) return figure.Without("There are no modes.");
        var axis = Axis.Log("threshold δ", measures.Where(m => m > 0).Append(analysis.Spectrum.Threshold).Append(1), 12);
        int below = measures.Count(m => m < axis.Min);
        var points = new List<Point> { new(axis.Min, below, "") };
        foreach (double m in measures.Skip(below))
        {
            points.Add(new Point(m, below, ""));
            points.Add(new Point(m, ++below, ""));
        }
        var head = figure.Head(
            $"Size of the reservoir as a function of the threshold: {Narrative.Count(analysis.Spectrum.ReservoirDimension)} of {Count(measures.Length)} "
                + $"modes at the chosen threshold {Short(analysis.Spectrum.Threshold)}");
        var chart = new Chart(axis, Axis.Linear("modes in the reservoir", [0, measures.Length]), head);
        chart.Line("reservoir dimension", 1, points, markers: false);
        chart.UprightRule($"chosen δ = {Short(analysis.Spectrum.Threshold)}", analysis.Spectrum.Threshold);
        chart.Points("per decade", 1, Decades(axis).Select(d => (d, n: measures.Count(m => m < d))).Select(p =>
            new Point(p.d, p.n, $"δ = {Short(p.d)}: {Count(p.n)} modes in the reservoir")));
        return Figure.Of(head, chart, "Where the curve is flat, the division into signal and reservoir does not depend on the threshold; where it "
            + "climbs, it is a matter of choice.");
    }

    /// <summary>An axis of modes, counted from 1.</summary>
    public static Axis ModeAxis(int count) => Axis.Linear("mode j", [1, Math.Max(2, count)], round: false);

    private static IEnumerable<double> Decades(Axis axis)
    {
        foreach (var tick in axis.Ticks)
            if (Math.Abs(Math.Log10(tick.Value) - Math.Round(Math.Log10(tick.Value))) < 1e-9) yield return tick.Value;
    }
}
