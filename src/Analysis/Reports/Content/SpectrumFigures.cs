using KernelFlow.Analysis.Reports.Figures;
using static KernelFlow.Analysis.Reports.NumberText;

namespace KernelFlow.Analysis.Reports.Content;

/// <summary>The spectrum of W_S and what the threshold makes of it.</summary>
internal static class SpectrumFigures
{
    /// <summary>λ_j over j.</summary>
    public static Figure Eigenvalues(ReservoirAnalysis analysis)
    {
        const string id = "spectrum", title = "Spectrum of the dissipation W_S";
        var values = analysis.Spectrum.Eigenvalues;
        if (!values.Any(v => v > 0)) return Figure.Without(id, title, "W_S has no positive eigenvalue: nothing was dissipated in this window.");
        double boundary = analysis.Spectrum.DissipatedFraction is { } fraction && values[0] > 0 && fraction[0] > 0
            ? analysis.Spectrum.Threshold * values[0] / fraction[0] : analysis.Spectrum.Threshold * values[0];
        var head = new FigureHead(id, title, $"Spectrum of W_S: {Count(values.Count)} eigenvalues from {Short(values[0])} down to {Short(values[^1])}, {Count(analysis.Spectrum.ReservoirDimension)} below the threshold");
        var chart = new Chart(ModeAxis(values.Count), Axis.Log("eigenvalue λ_j of W_S", values.Append(boundary)), head);
        var modes = Drawn.Thin(values.Count).Select(j => new Point(j + 1, values[j], $"mode {Count(j + 1)}: λ = {Short(values[j])}, λ/λ₁ = {Short(analysis.Spectrum.RelativeEigenvalues[j])}"
            + (analysis.Spectrum.DissipatedFraction is { } f ? $", dissipated fraction {Short(f[j])}" : ""))).ToArray();
        chart.Points("signal", 1, modes.Where(m => m.Y >= boundary));
        chart.Points("reservoir", 2, modes.Where(m => !(m.Y >= boundary)), Marker.Diamond);
        chart.Rule($"threshold δ = {Short(analysis.Spectrum.Threshold)}", boundary);
        return Figure.Of(head, chart, $"Large eigenvalues are directions that training dissipated; those below the threshold ({Narrative.Measure(analysis)} < δ) are the reservoir." + Drawn.Missing(chart, "are zero or negative by rounding"));
    }

    /// <summary>2βλ_j over j.</summary>
    public static Figure Fraction(ReservoirAnalysis analysis)
    {
        const string id = "dissipated-fraction", title = "Dissipated fraction of each mode";
        if (analysis.Spectrum.DissipatedFraction is not { Count: > 0 } fraction) return Figure.Without(id, title, $"There is no dissipated fraction: {analysis.Spectrum.DissipatedFractionReason ?? "it was not computed"}.");
        var head = new FigureHead(id, title, $"Dissipated fraction 2βλ_j of {Count(fraction.Count)} modes, from {Short(fraction[0])} down to {Short(fraction[^1])}; {Count(fraction.Count(f => f >= 0.5))} modes lost at least half of their energy");
        var chart = new Chart(ModeAxis(fraction.Count), Axis.Linear("dissipated fraction 2βλ_j", [0, 1, fraction[0]]), head);
        chart.Points("mode", 1, Drawn.Thin(fraction.Count).Select(j => new Point(j + 1, fraction[j], $"mode {Count(j + 1)}: {Percent(fraction[j])} of its energy was dissipated")));
        chart.Rule("all of it", 1);
        return Figure.Of(head, chart, "Share of the gradient energy along ψ_j that training dissipated: 1 is learned to the end, 0 is untouched." + Drawn.Missing(chart, "are negative by rounding"));
    }

    /// <summary>Size of the reservoir over the threshold.</summary>
    public static Figure Threshold(ReservoirAnalysis analysis)
    {
        const string id = "threshold", title = "The reservoir over the threshold";
        double[] measures = [.. analysis.Inclusion.Modes.Select(m => Math.Max(m.Measure, 0)).Order()];
        if (measures.Length == 0) return Figure.Without(id, title, "There are no modes.");
        var axis = Axis.Log("threshold δ", measures.Where(m => m > 0).Append(analysis.Spectrum.Threshold).Append(1), 12);
        int below = measures.Count(m => m < axis.Min);
        var points = new List<Point> { new(axis.Min, below, "") };
        foreach (double m in measures.Skip(below))
        {
            points.Add(new Point(m, below, ""));
            points.Add(new Point(m, ++below, ""));
        }
        var head = new FigureHead(id, title,
            $"Size of the reservoir as a function of the threshold: {Count(analysis.Spectrum.ReservoirDimension)} of {Count(measures.Length)} modes at the chosen threshold {Short(analysis.Spectrum.Threshold)}");
        var chart = new Chart(axis, Axis.Linear("modes in the reservoir", [0, measures.Length]), head);
        chart.Line("reservoir dimension", 1, points, markers: false);
        chart.UprightRule($"chosen δ = {Short(analysis.Spectrum.Threshold)}", analysis.Spectrum.Threshold);
        chart.Points("per decade", 1, Decades(axis).Select(d => (d, n: measures.Count(m => m < d))).Select(p => new Point(p.d, p.n, $"δ = {Short(p.d)}: {Count(p.n)} modes in the reservoir")));
        return Figure.Of(head, chart, "Where the curve is flat, the division into signal and reservoir does not depend on the threshold; where it climbs, it is a matter of choice.");
    }

    /// <summary>An axis of modes, counted from 1.</summary>
    public static Axis ModeAxis(int count) => Axis.Linear("mode j", [1, Math.Max(2, count)], round: false);

    private static IEnumerable<double> Decades(Axis axis)
    {
        foreach (var tick in axis.Ticks)
            if (Math.Abs(Math.Log10(tick.Value) - Math.Round(Math.Log10(tick.Value))) < 1e-9) yield return tick.Value;
    }
}
