using KernelFlow.Reporting.Charts;
using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.LeaveOneOut.LeaveOneOutRun;

namespace KernelFlow.Validation.LeaveOneOut;

/// <summary>Errors against drift, and the curves of some runs.</summary>
internal static class LeaveOneOutFigures
{
    private const int Shown = 4;

    /// <summary>All of them.</summary>
    public static IEnumerable<ExperimentFigure> Of(IReadOnlyList<LabOutcome> outcomes)
    {
        ExperimentRow[] rows = [.. outcomes.Select(o => o.Row)];
        yield return Errors(rows);
        yield return Gaps(rows);
        // One run of each of the first kinds.
        foreach (var outcome in outcomes.GroupBy(o => o.Row.Group).Take(Shown).Select(g => g.First())) yield return Curves(outcome);
    }

    private static ExperimentFigure Errors(ExperimentRow[] rows)
    {
        var head = new FigureHead("shifts", "One run against n retrainings", "Relative error of the held-out shifts against kernel drift. "
            + string.Join("; ", rows.Select(r => $"{r.Id}: drift {Short(r.Measured("drift"))}, error {Short(r.Measured(R.Error))}, frozen "
                + Short(r.Measured(R.FrozenError)))));
        var chart = new Chart(Axis.Log("kernel drift", rows.Select(r => LabRows.Value(r, "drift"))),
            Axis.Log("relative error of the held-out shifts", rows.SelectMany(r => (double[])[LabRows.Value(r, R.Error), LabRows.Value(r, R.FrozenError),
                LabRows.Value(r, R.ForeignError)])), head);
        void Add(string name, int colour, Marker marker, string error, string correlation) => chart.Points(name, colour, rows.Select(r =>
            new Point(LabRows.Value(r, "drift"), LabRows.Value(r, error), $"{r.Id}: {name}, error {Short(r.Measured(error))}, correlation "
                + Short(r.Measured(correlation)))), marker, 3.2);
        Add("recorded kernels", 1, Marker.Circle, R.Error, R.Correlation);
        Add("kernel of the start", 5, Marker.Plus, R.FrozenError, R.FrozenCorrelation);
        Add("kernels of other data", 2, Marker.Triangle, R.ForeignError, R.ForeignCorrelation);
        return LabRows.Figure(head, chart, "Each mark is a run. An error of 1 is that of saying that no example matters to its own prediction.");
    }

    private static ExperimentFigure Gaps(ExperimentRow[] rows)
    {
        var head = new FigureHead("gaps", "How far from the population risk", "Largest gap to the population risk, relative to its maximum: "
            + string.Join("; ", rows.Select(r => $"{r.Id}: estimate {Short(r.Measured(R.Gap))}, retraining {Short(r.Measured(R.TrueGap))}, training loss "
                + Short(r.Measured(R.TrainGap)))));
        double[] all = [.. rows.SelectMany(r => (double[])[LabRows.Value(r, R.Gap), LabRows.Value(r, R.TrueGap), LabRows.Value(r, R.TrainGap)])];
        var chart = new Chart(Axis.Linear("gap of retraining without each example", rows.Select(r => LabRows.Value(r, R.TrueGap)).Append(0)),
            Axis.Linear("gap to the population risk", all.Append(0)), head);
        void Add(string name, int colour, Marker marker, string gap) => chart.Points(name, colour, rows.Select(r =>
            new Point(LabRows.Value(r, R.TrueGap), LabRows.Value(r, gap), $"{r.Id}: {name} {Short(r.Measured(gap))}")), marker, 3.2);
        Add("estimate of one run", 1, Marker.Circle, R.Gap);
        Add("training loss", 2, Marker.Triangle, R.TrainGap);
        Add("kernel of the start", 5, Marker.Plus, R.FrozenGap);
        chart.Diagonal("as retraining");
        return LabRows.Figure(head, chart, "No estimate from n examples can be nearer than retraining without each of them, but by luck: that is the line.");
    }

    private static ExperimentFigure Curves(LabOutcome outcome)
    {
        string[] names = [R.Population, R.Estimated, R.Retrained, R.Frozen, R.Training];
        var row = outcome.Row;
        var head = new FigureHead("curves-" + string.Concat(row.Group.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')),
            $"Over training: {row.Id}", string.Join("; ", names.Select(n => $"{n} at the end {Short(outcome.Curves[n][^1])}")));
        double[] steps = outcome.Curves[R.Steps];
        // The frozen kernel may say anything; what does not fit is not drawn.
        double most = 2 * names.Where(n => n != R.Frozen).Max(n => outcome.Curves[n].Max());
        var chart = new Chart(Axis.Log("step", steps.Skip(1)), Axis.Linear("loss per example", names.SelectMany(n => outcome.Curves[n])
            .Where(v => v <= most).Append(0)), head);
        for (int i = 0; i < names.Length; i++)
            chart.Line(names[i], i + 1, steps.Zip(outcome.Curves[names[i]], (x, y) => new Point(x, y, $"step {Short(x)}: {names[i]} {Short(y)}")).Skip(1),
                (Marker)(i % 5), i == 0 ? "" : i == 4 ? "dots" : "dash");
        return LabRows.Figure(head, chart, "Population risk from unseen examples; the estimate has seen none of them and trained nothing again.");
    }
}
