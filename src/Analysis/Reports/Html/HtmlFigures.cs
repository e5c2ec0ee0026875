using KernelFlow.Analysis.Reports.Figures;
using static KernelFlow.Analysis.Reports.NumberText;

namespace KernelFlow.Analysis.Reports.Html;

/// <summary>A figure with its heading and caption.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Drawing">The SVG.</param>
/// <param name="Caption">What to see in it.</param>
internal sealed record HtmlFigure(string Title, string Drawing, string Caption);

/// <summary>The figures of report.html.</summary>
internal static class HtmlFigures
{
    /// <summary>At most so many points of one series; the tables have all of them.</summary>
    private const int MostPoints = 1500;

    private const double MostOperations = 2e9;

    /// <summary>All figures that the analysis has data for, in reading order.</summary>
    public static IEnumerable<HtmlFigure> All(ReservoirAnalysis analysis)
    {
        if (analysis.Claims.Any(c => c.Budget is not null && c.RelativeError is not null)) yield return Budgets(analysis);
        if (analysis.Displacements.RecordedTest.Count > 0) yield return Displacement(analysis);
        if (analysis.Spectrum.Eigenvalues.Count > 0) yield return Spectrum(analysis);
        if (analysis.Inclusion.Modes.Count > 0)
        {
            yield return Slack(analysis);
            yield return Threshold(analysis);
            if (Responses(analysis) is { } responses) yield return responses;
        }
        if (analysis.KernelEvolution.Points.Count > 1) yield return Drift(analysis);
        if (analysis.Intervals.Any(i => i.TransportDefect > 0)) yield return Defects(analysis);
    }

    private static HtmlFigure Budgets(ReservoirAnalysis analysis)
    {
        var claims = analysis.Claims.Where(c => c is { Budget: not null, RelativeError: not null }).ToArray();
        double? limit = claims.Select(c => c.Tolerance).FirstOrDefault(t => t is not null);
        var values = claims.SelectMany(c => (double[])[c.RelativeError!.Value, c.Budget!.Known]).Append(limit ?? 1);
        var rows = claims.Select(c => new RangeRow($"{c.Id} {Shorten(c.Name, 15)}", c.Budget!.Known, c.Budget.Sum is null, c.RelativeError,
            $"{c.Id} {c.Name}: error {Short(c.RelativeError)}; integration {Short(c.Budget.Integration)}, interpolation {Short(c.Budget.Interpolation)}, descent {Short(c.Budget.Descent)}, rounding {Short(c.Budget.Rounding)}; {Narrative.Word(c.Verdict)}")).ToArray();
        string drawing = RangeRows.Draw(Axis.Log("relative error", values, 9), rows, "known sources", "error", limit is { } l ? (l, $"limit {Short(l)}") : null,
            "Error of each claim against the sum of its known error sources: " + string.Join("; ", claims.Select(c => $"{c.Id} {Short(c.RelativeError)} against {Narrative.Sum(c.Budget)}")));
        return new("Errors and what explains them", drawing,
            "A diamond inside or near the end of its bar is explained. A claim is violated when its error is more than three times the bar; a dashed, pale bar is a lower bound, since one source is unknown.");
    }

    private static HtmlFigure Displacement(ReservoirAnalysis analysis)
    {
        var d = analysis.Displacements;
        var all = d.RecordedTest.Concat(d.PredictedTest).Concat(d.RecordedTrain).Concat(d.PredictedTrain).ToArray();
        var chart = new Chart(Axis.Linear("recorded change U(T) − U(s)", all), Axis.Linear("predicted change −G g(s)", all),
            $"Predicted against recorded change of the outputs: {Count(d.RecordedTest.Count)} test and {Count(d.RecordedTrain.Count)} training outputs; relative error of the test outputs {Short(analysis.Inclusion.Empirical.RelativeErrorFull)}");
        chart.Diagonal("equal");
        chart.Points("training", 2, Pairs(d.RecordedTrain, d.PredictedTrain, "training"), Marker.Square, 2.2);
        chart.Points("test", 1, Pairs(d.RecordedTest, d.PredictedTest, "test"));
        return new("Predicted and recorded outputs", chart.ToString(), "Each point is one output over the whole window. The prediction uses the initial training gradient and the recorded kernels, nothing else."
            + Thinned(Math.Max(d.RecordedTest.Count, d.RecordedTrain.Count)));
    }

    private static HtmlFigure Spectrum(ReservoirAnalysis analysis)
    {
        var values = analysis.Spectrum.Eigenvalues;
        double largest = values[0], boundary = analysis.Spectrum.DissipatedFraction is { } fraction && values[0] > 0 && fraction[0] > 0
            ? analysis.Spectrum.Threshold * values[0] / fraction[0] : analysis.Spectrum.Threshold * largest;
        var chart = new Chart(Axis.Linear("mode j", [1, Math.Max(2, values.Count)], round: false), Axis.Log("eigenvalue λ_j of W_S", values.Append(boundary)),
            $"Spectrum of W_S: {Count(values.Count)} eigenvalues from {Short(values[0])} down to {Short(values[^1])}, {Count(analysis.Spectrum.ReservoirDimension)} below the threshold");
        var modes = Thin(Enumerable.Range(0, values.Count)).Select(j => (j, hover: $"mode {Count(j + 1)}: λ = {Short(values[j])}, λ/λ₁ = {Short(analysis.Spectrum.RelativeEigenvalues[j])}"
            + (analysis.Spectrum.DissipatedFraction is { } f ? $", dissipated fraction {Short(f[j])}" : ""))).ToArray();
        chart.Points("signal", 1, modes.Where(m => values[m.j] >= boundary).Select(m => new Point(m.j + 1, values[m.j], m.hover)));
        chart.Points("reservoir", 2, modes.Where(m => values[m.j] < boundary).Select(m => new Point(m.j + 1, values[m.j], m.hover)), Marker.Diamond);
        chart.Rule($"threshold δ = {Short(analysis.Spectrum.Threshold)}", boundary);
        return new("Spectrum of the dissipation W_S", chart.ToString(),
            $"Large eigenvalues are directions that training dissipated; those below the threshold ({Narrative.Measure(analysis)} < δ) are the reservoir." + Missing(chart, "are zero or negative by rounding"));
    }

    private static HtmlFigure Slack(ReservoirAnalysis analysis)
    {
        var modes = analysis.Inclusion.Modes;
        var chart = new Chart(Axis.Linear("mode j", [1, Math.Max(2, modes.Count)], round: false), Axis.Linear("‖G ψ_j‖ / bound", modes.Select(m => m.Ratio).Append(0).Append(1.05)),
            $"Share of its bound that each mode uses: the largest is {Short(analysis.Inclusion.Structural.WorstRatio)} at mode {Count(analysis.Inclusion.Structural.WorstMode + 1)}; above 1 is a violation");
        var points = Thin(Enumerable.Range(0, modes.Count)).Select(j => (modes[j].InReservoir,
            point: new Point(j + 1, modes[j].Ratio, $"mode {Count(j + 1)}: ‖Gψ‖ = {Short(modes[j].Response)}, bound {Short(modes[j].Bound)}, floor {Short(modes[j].Floor)}, ratio {Short(modes[j].Ratio)}"))).ToArray();
        chart.Points("signal", 1, points.Where(p => !p.InReservoir).Select(p => p.point));
        chart.Points("reservoir", 2, points.Where(p => p.InReservoir).Select(p => p.point), Marker.Diamond);
        chart.Rule("bound", 1);
        return new("How much of its bound each mode uses", chart.ToString(),
            "A direction that was hardly dissipated can hardly move the test outputs: ‖Gψ‖ ≤ √(cλ) plus a rounding floor. A point above 1 would violate the inclusion." + Missing(chart, "are not finite"));
    }

    private static HtmlFigure Threshold(ReservoirAnalysis analysis)
    {
        double[] measures = [.. analysis.Inclusion.Modes.Select(m => Math.Max(m.Measure, 0)).Order()];
        var axis = Axis.Log("threshold δ", measures.Where(m => m > 0).Append(analysis.Spectrum.Threshold).Append(1), 12);
        var points = new List<Point>();
        int below = 0;
        foreach (double m in measures)
        {
            if (m < axis.Min) { below++; continue; }
            points.Add(new Point(m, below, $"δ = {Short(m)}: {Count(below)} modes in the reservoir"));
            points.Add(new Point(m, ++below, $"just above δ = {Short(m)}: {Count(below)} modes in the reservoir"));
        }
        int least = measures.Count(m => m < axis.Min);
        var chart = new Chart(axis, Axis.Linear("modes in the reservoir", [0, measures.Length]),
            $"Size of the reservoir as a function of the threshold: {Count(analysis.Spectrum.ReservoirDimension)} of {Count(measures.Length)} modes at the chosen threshold {Short(analysis.Spectrum.Threshold)}");
        chart.Line("reservoir dimension", 1, [new Point(axis.Min, least, ""), .. points], markers: false);
        chart.UprightRule($"chosen δ = {Short(analysis.Spectrum.Threshold)}", analysis.Spectrum.Threshold);
        return new("The reservoir over the threshold", chart.ToString(), "Where the curve is flat, the division into signal and reservoir does not depend on the threshold; where it climbs, it is a matter of choice.");
    }

    private static HtmlFigure? Responses(ReservoirAnalysis analysis)
    {
        // A report should not take longer than the analysis: beyond this the product is left to those who saved the operators.
        if ((double)analysis.Operators.G_Q.RowCount * analysis.Operators.G_Q.ColumnCount * analysis.Operators.Eigenvectors.ColumnCount > MostOperations) return null;
        var response = analysis.Operators.G_Q * analysis.Operators.Eigenvectors;
        string drawing = HeatMap.Draw(response.RowCount, response.ColumnCount, (i, j) => Math.Abs(response.At(i, j)), "mode j", "test output i", "|(G ψ_j)_i|",
            $"How far each of {Count(response.ColumnCount)} modes moves each of {Count(response.RowCount)} test outputs");
        return new("Which test outputs each mode moves", drawing, "Rows are test outputs, columns are modes in descending order of dissipation; the right edge is the reservoir, if there is one.");
    }

    private static HtmlFigure Drift(ReservoirAnalysis analysis)
    {
        var points = analysis.KernelEvolution.Points;
        var (axis, later) = TimeAxis(points.Select(p => p.Time).ToArray());
        var shown = points.Where(p => axis.Holds(p.Time)).ToArray();
        var chart = new Chart(axis, Axis.Linear("relative change of the kernel", shown.SelectMany(p => (double[])[p.SpectralDrift, p.FrobeniusDrift, p.CentredAlignment, 0])),
            $"Kernel drift over time: {Short(analysis.KernelEvolution.PeakDrift)} at its largest, {Short(analysis.KernelEvolution.EndDrift)} at the end");
        Point At(KernelEvolutionPoint p, double y, string what) => new(p.Time, y, $"t = {Short(p.Time, 5)}: {what} {Short(y)}");
        chart.Line("drift, spectral", 1, shown.Select(p => At(p, p.SpectralDrift, "spectral drift")));
        chart.Line("drift, Frobenius", 2, shown.Select(p => At(p, p.FrobeniusDrift, "Frobenius drift")), Marker.Square, dashed: true);
        chart.Line("centred alignment", 3, shown.Select(p => At(p, p.CentredAlignment, "alignment")), Marker.Triangle);
        return new("Movement of the kernel", chart.ToString(), "‖K(t) − K(s)‖/‖K(s)‖ since the start, and how well the centred kernels align. Near 0 the kernel is frozen; from about 1 on the network learns features." + later);
    }

    private static HtmlFigure Defects(ReservoirAnalysis analysis)
    {
        var intervals = analysis.Intervals.Where(i => i.TransportDefect > 0).ToArray();
        var (axis, _) = TimeAxis([.. analysis.Intervals.Select(i => i.From), analysis.Intervals[^1].To]);
        var chart = new Chart(axis, Axis.Log("transport defect", intervals.Select(i => i.TransportDefect!.Value), 12),
            $"Transport defect of {Count(intervals.Length)} checkpoint intervals; the largest is {Short(intervals.Max(i => i.TransportDefect))}");
        chart.Bars("‖g(t₊) − P g(t)‖ / ‖g(t)‖", 3, intervals.Select(i =>
            (i.From, i.To, i.TransportDefect!.Value, $"t = {Short(i.From, 5)} to {Short(i.To, 5)}: defect {Short(i.TransportDefect)}, {Count(i.Steps)} steps")));
        return new(analysis.Descent is null ? "Where checkpoints are too sparse" : "How well each step is reproduced", chart.ToString(), "How far the gradient at the end of each interval is from the one transported across it alone. "
            + (analysis.Descent is null ? "High bars ask for more checkpoints there, or smaller learning rates." : $"Every interval is one step: high bars ask for smaller learning rates{(analysis.Descent.Quadrature == "midpoint" ? "" : ", or recorded midpoints")}."));
    }

    /// <summary>Logarithmic when checkpoints are spread geometrically; t = 0 cannot be shown then, which the caption says.</summary>
    private static (Axis Axis, string Note) TimeAxis(double[] times)
    {
        double first = times.Where(t => t > 0).DefaultIfEmpty(1).Min();
        return times[0] >= 0 && times[^1] / first > 50
            ? (Axis.Log("flow time t", times, round: false), times[0] == 0 ? " The start, t = 0, lies off the logarithmic axis." : "")
            : (Axis.Linear("flow time t", times, round: false), "");
    }

    private static IEnumerable<Point> Pairs(IReadOnlyList<double> recorded, IReadOnlyList<double> predicted, string set) =>
        Thin(Enumerable.Range(0, recorded.Count)).Select(i => new Point(recorded[i], predicted[i], $"{set} output {Count(i)}: recorded {Short(recorded[i])}, predicted {Short(predicted[i])}"));

    private static IEnumerable<int> Thin(IEnumerable<int> indices)
    {
        int[] all = [.. indices];
        int every = (all.Length + MostPoints - 1) / MostPoints;
        return every <= 1 ? all : all.Where((_, i) => i % every == 0);
    }

    private static string Thinned(int count) => count > MostPoints ? " Points are thinned; tables/displacement.csv has all of them." : "";

    private static string Missing(Chart chart, string why) => chart.Dropped == 0 ? "" : $" {Count(chart.Dropped)} not shown: they {why}.";

    private static string Shorten(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
