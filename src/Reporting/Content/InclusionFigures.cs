using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>Modes of W_S seen from the test set.</summary>
internal static class InclusionFigures
{
    // Shades reach down to the smallest movement, and no further than a millionth of the largest one.
    private static int Decades(IReadOnlyList<IReadOnlyList<double>> movements)
    {
        double[] positive = [.. movements.SelectMany(row => row).Where(x => x > 0 && double.IsFinite(x))];
        return positive.Length == 0 ? 1 : (int)Math.Clamp(Math.Ceiling(Math.Log10(positive.Max() / positive.Min())), 1, 6);
    }

    /// <summary>‖Gψ_j‖ relative to its bound.</summary>
    public static Figure Slack(ReportFigure figure, ReservoirAnalysis analysis)
    {
        var modes = analysis.Inclusion.Modes;
        if (modes.Count == 0) return figure.Without("There are no modes.");
        var head = figure.Head($"Share of its bound that each mode uses: the largest is {Short(analysis.Inclusion.Structural.WorstRatio)} at mode "
            + $"{Count(analysis.Inclusion.Structural.WorstMode + 1)}; above 1 is a violation");
        var chart = new Chart(SpectrumFigures.ModeAxis(modes.Count), Axis.Log("‖G ψ_j‖ / bound", modes.Select(m => m.Ratio).Append(1.5), 6), head);
        var points = Drawn.Thin(modes.Count).Select(j => (modes[j].InReservoir,
            Point: new Point(j + 1, modes[j].Ratio, $"mode {Count(j + 1)}: ‖Gψ‖ = {Short(modes[j].Response)}, bound {Short(modes[j].Bound)}, floor "
                + $"{Short(modes[j].Floor)}, ratio {Short(modes[j].Ratio)}"))).ToArray();
        chart.Points("signal", 1, points.Where(p => !p.InReservoir).Select(p => p.Point));
        chart.Points("reservoir", 2, points.Where(p => p.InReservoir).Select(p => p.Point), Marker.Diamond);
        if (modes.Any(m => m.IndependentBound is not null))
            chart.Points("independent check", 3, Drawn.Thin(modes.Count).Where(j => modes[j].IndependentBound > 0).Select(j =>
                new Point(j + 1, modes[j].Response / modes[j].IndependentBound!.Value,
                    $"mode {Count(j + 1)}, two methods: ‖Gψ‖ = {Short(modes[j].Response)}, bound {Short(modes[j].IndependentBound)}, "
                    + $"δ_W = {Short(modes[j].DissipationDifference)}, δ_G = {Short(modes[j].ResponseDifference)}")), Marker.Triangle, 1.8);
        chart.Rule("bound", 1);
        return Figure.Of(head, chart, "A direction that was hardly dissipated can hardly move the test outputs: ‖Gψ‖ ≤ √(cλ) plus a rounding floor. A "
            + "point above 1 would violate the inclusion."
            + (analysis.Inclusion.Independent.OrNull() is { } two ? $" Triangles: against the bound of the independent check ({two.Method}), which "
                + "allows for the difference of the two." : "") + Drawn.Missing(chart, "are zero, far below, or not finite"));
    }

    /// <summary>|(Gψ_j)_i|: how far each mode moves each test output.</summary>
    public static Figure Responses(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.Inclusion.Responses.TryGet(out var map)) return figure.Without($"It is not known: {analysis.Inclusion.Responses.Reason}.");
        var head = figure.Head($"How far each of {Count(map.Modes)} modes moves each of {Count(map.TestOutputs)} test outputs");
        string drawing = HeatMap.Draw(new HeatMapData(map.TestOutputs, map.Modes, map.Largest, "mode j", "test output i", "|(G ψ_j)_i|, logarithmic")
        {
            Decades = Decades(map.Largest),
        }, head);
        return new Figure(head, drawing, "Rows are test outputs, columns are modes in descending order of dissipation; the right edge is the reservoir, "
            + "if there is one. Large matrices are shown in blocks, each by its largest element.");
    }
}
