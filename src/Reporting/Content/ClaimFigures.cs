using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>Theory against recorded data.</summary>
internal static class ClaimFigures
{
    private static readonly RowSeries[] s_parts =
    [
        new("error", Marker.Diamond, "m s2", 4.2), new("integration", Marker.Triangle, "m s1", 2.8), new("interpolation", Marker.Square, "m s3", 2.5),
        new("descent", Marker.Circle, "m s4", 2.8), new("rounding", Marker.Plus, "m s5", 2.8),
    ];

    /// <summary>The errors of all claims against the parts of their budgets.</summary>
    public static Figure Errors(ReportFigure figure, ReservoirAnalysis analysis)
    {
        var claims = analysis.Claims.Where(c => c is { Budget: not null, RelativeError.IsKnown: true }).ToArray();
        if (claims.Length == 0) return figure.Without("No claim has both a figure and an error budget.");
        double? limit = claims.Select(c => c.Tolerance).FirstOrDefault(t => t is not null);
        var values = new List<double> { limit ?? 1 };
        foreach (var c in claims) values.AddRange([c.RelativeError.Value, c.Budget!.SumOfKnown, 3 * c.Budget.SumOfKnown, c.Budget.Integration.OrDefault(0),
            c.Budget.Interpolation.OrDefault(0), c.Budget.Descent.OrDefault(0)]);
        var head = figure.Head("Error of each claim against the sum of its known error sources: "
            + string.Join("; ", claims.Select(c => $"{c.Id} {Short(c.RelativeError.OrNull())} against {Narrative.Sum(c.Budget)}")));
        var axis = Axis.Log("relative error", values, 10);
        string drawing = RangeRows.Draw(axis, Array.ConvertAll(claims, Row), s_parts, "sum of sources", "up to 3 × sum", limit is { } l
            ? (l, $"limit {Short(l)}") : null, head);
        return new Figure(head, drawing, "An error (diamond) inside its bar, or on the thin line beyond it, is explained; past the line, the claim is "
            + "violated. Past the limit, a sum of sources is too large to decide anything."
            + (claims.Any(c => c.Verdict == Verdict.Measured) ? " A hollow one is measured and not judged." : "")
            + (claims.Any(c => c.RelativeError.Value < axis.Min) ? $" Errors below {Short(axis.Min)} are not drawn." : "")
            + (claims.Any(c => c.Budget!.Sum is null) ? " A dashed bar is a lower bound: one source is unknown." : ""));
    }

    private static RangeRow Row(ClaimResult c)
    {
        var b = c.Budget!;
        RowMark[] marks = [new(1, b.Integration.OrDefault(0)), new(2, b.Interpolation.OrDefault(0)), new(3, b.Descent.OrDefault(0)),
            new(4, b.Rounding.OrDefault(0)), new(0, c.RelativeError.Value, c.Verdict == Verdict.Measured)];
        string hover = $"{c.Id} {c.Name}: error {Short(c.RelativeError.OrNull())}; integration {Short(b.Integration.OrNull())}, interpolation "
            + $"{Short(b.Interpolation.OrNull())}, descent {Short(b.Descent.OrNull())}, rounding {Short(b.Rounding.OrNull())}"
            + $"{(b.Sketch is { } sketch ? $", sketch {Short(sketch.OrNull())}" : "")}"
            + $"{(b.Truncation is { } cut ? $", truncation {Short(cut.OrNull())}" : "")}; sum {Narrative.Sum(b)}; "
            + $"{Narrative.Word(c.Verdict)}";
        return new RangeRow($"{c.Id} {Drawn.Shorten(c.Name, 15)}", b.SumOfKnown, b.Sum is null, c.Verdict == Verdict.Measured ? null : 3 * b.SumOfKnown,
            marks, hover);
    }

    /// <summary>Predicted against recorded displacement of every output.</summary>
    public static Figure Outputs(ReportFigure figure, ReservoirAnalysis analysis)
    {
        var d = analysis.Displacements;
        if (d.RecordedTest.Count + d.RecordedTrain.Count == 0) return figure.Without("No displacements of outputs are there to compare.");
        double[] all = [.. d.RecordedTest, .. d.PredictedTest, .. d.RecordedTrain, .. d.PredictedTrain];
        var head = figure.Head(
            $"Predicted against recorded change of the outputs: {Count(d.RecordedTest.Count)} test and {Count(d.RecordedTrain.Count)} training outputs"
                + (analysis.KnownInclusion.TryGet(out var inclusion)
                    ? $"; relative error of the test outputs {Short(inclusion.Empirical.RelativeErrorFull.OrNull())}" : ""));
        var chart = new Chart(Axis.Linear("recorded change U(T) − U(s)", all), Axis.Linear("predicted change −G g(s)", all), head);
        chart.Diagonal("equal");
        chart.Points("training", 2, Pairs(d.RecordedTrain, d.PredictedTrain, "training"), Marker.Square, 2.2);
        chart.Points("test", 1, Pairs(d.RecordedTest, d.PredictedTest, "test"));
        return Figure.Of(head, chart, "Each point is one output over the whole window. The prediction uses the initial training gradient and the "
            + "recorded kernels, nothing else. Nearness to the diagonal is a weak measure: read the errors above."
            + (Math.Max(d.RecordedTest.Count, d.RecordedTrain.Count) > Drawn.MostPoints
                ? " Points are thinned; tables/displacement.csv has all of them." : ""));
    }

    /// <summary>Transport defect of each interval over time.</summary>
    public static Figure Defects(ReportFigure figure, ReservoirAnalysis analysis)
    {
        string? title = analysis.Descent is null ? null : "How well each step is reproduced";
        var intervals = analysis.Intervals.Where(i => i.TransportDefect.OrDefault(0) > 0).ToArray();
        if (intervals.Length == 0)
            return figure.Without(analysis.Intervals.Count == 0 ? "There are no checkpoint intervals."
                : analysis.Intervals.Any(i => i.TransportDefect.OrNull() == 0) ? "Every transport defect is zero."
                : $"There are no transport defects: {analysis.Intervals[0].TransportDefect.Reason}.", title);
        var (axis, _) = Drawn.TimeAxis([.. analysis.Intervals.Select(i => i.From), analysis.Intervals[^1].To]);
        var head = figure.Head($"Transport defect of {Count(intervals.Length)} checkpoint intervals; the largest is "
            + $"{Short(intervals.Max(i => i.TransportDefect.OrNull()))}", title);
        var chart = new Chart(axis, Axis.Log("transport defect", intervals.Select(i => i.TransportDefect.Value), 12), head);
        chart.Bars("‖g(t₊) − P g(t)‖ / ‖g(t)‖", 3, intervals.Select(i => (i.From, i.To, i.TransportDefect.Value,
            $"t = {Short(i.From, 5)} to {Short(i.To, 5)}: defect {Short(i.TransportDefect.OrNull())}, {Count(i.Steps)} steps")));
        return Figure.Of(head, chart, "How far the gradient at the end of each interval is from the one transported across it alone. "
            + (analysis.Descent is null ? "High bars ask for more checkpoints there, or smaller learning rates."
                : $"Every interval is one step: high bars ask for smaller learning "
                + $"rates{(analysis.Descent.Quadrature == DescentQuadrature.Midpoint ? "" : ", or recorded midpoints")}."));
    }

    private static IEnumerable<Point> Pairs(IReadOnlyList<double> recorded, IReadOnlyList<double> predicted, string set) =>
        Drawn.Thin(recorded.Count).Select(i => new Point(recorded[i], predicted[i],
            $"{set} output {Count(i)}: recorded {Short(recorded[i])}, predicted {Short(predicted[i])}"));
}
