using KernelFlow.Files;
using KernelFlow.Reporting;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Coupling;

/// <summary>The drawings of the coupling table.</summary>
internal static class CouplingFigures
{
    private static readonly string[] s_groups = [CouplingRows.Recorded, CouplingRows.NoPropagator, CouplingRows.ForeignTest, CouplingRows.Frozen];

    /// <summary>Error against drift for C4 and for C8, and C4 against its budget.</summary>
    public static IEnumerable<ExperimentFigure> Of(IReadOnlyList<ExperimentRow> rows)
    {
        yield return Prediction(rows);
        yield return Coupling(rows);
        yield return Budgets(rows);
    }

    private static ExperimentFigure Prediction(IReadOnlyList<ExperimentRow> rows)
    {
        var head = new FigureHead("prediction", "The prediction does not care how far the kernel moves",
            "Relative error of the predicted test displacement (C4) against kernel drift. "
                + string.Join("; ", s_groups.Select(g => Ranges(rows, g, CouplingClaims.Transfer))));
        var chart = new Chart(DriftAxis(rows),
            Axis.Log("relative error of C4", rows.Select(r => r.Claim(CouplingClaims.Transfer).RelativeError.OrDefault(0))), head);
        Add(chart, rows, CouplingClaims.Transfer);
        return Figure(head, chart.ToString(),
            "Each mark is a run; its error should lie below its budget, wherever it is on the drift axis. The controls use the same recordings. "
            + "Recorded steps have no error of a limit, hence the low marks.");
    }

    private static ExperimentFigure Coupling(IReadOnlyList<ExperimentRow> rows)
    {
        var head = new FigureHead("coupling", "Coupling of test and training outputs",
            $"Relative error of the coupling (C8) against kernel drift; published: {Short(CouplingExperiment.PublishedError)} at "
            + $"{Short(CouplingExperiment.PublishedDrift)}. " + string.Join("; ", s_groups.Select(g => Ranges(rows, g, CouplingClaims.Coupling))));
        var chart = new Chart(DriftAxis(rows),
            Axis.Log("relative error of C8", rows.Select(r => r.Claim(CouplingClaims.Coupling).RelativeError.OrDefault(0))
                .Append(CouplingExperiment.PublishedError)), head);
        Add(chart, rows, CouplingClaims.Coupling);
        chart.Points("published", 5, [new Point(CouplingExperiment.PublishedDrift, CouplingExperiment.PublishedError,
            $"published: error {Short(CouplingExperiment.PublishedError)}, correlation {Short(CouplingExperiment.PublishedCorrelation)}, drift "
            + $"{Short(CouplingExperiment.PublishedDrift)}")], Marker.Square, 5);
        return Figure(head, chart.ToString(),
            "C8 forgives an error that W_S, G_S and G_Q share: even without a propagator, or with the kernel of the start, it is far better than the "
            + "prediction itself. It is the weaker test.");
    }

    private static ExperimentFigure Budgets(IReadOnlyList<ExperimentRow> rows)
    {
        var runs = CouplingTables.Ordered(rows, CouplingRows.Recorded);
        double limit = runs[0].Claim(CouplingClaims.Transfer).Tolerance ?? 0.1;
        var head = new FigureHead("budgets", "Errors and what explains them",
            "Error of C4 against its budget, in order of drift: "
                + string.Join("; ", runs.Select(r => $"{r.Id} {Short(r.Claim(CouplingClaims.Transfer).RelativeError.OrNull())} against "
                    + $"{Narrative.Sum(r.Claim(CouplingClaims.Transfer).Budget)}")));
        var axis = Axis.Log("relative error of C4",
            runs.SelectMany(r =>
                (double[])[r.Claim(CouplingClaims.Transfer).RelativeError.OrDefault(0), 3 * (r.Claim(CouplingClaims.Transfer).Budget?.SumOfKnown ?? 0)])
                    .Append(limit), 12);
        RangeRow Row(ExperimentRow run)
        {
            var claim = run.Claim(CouplingClaims.Transfer);
            return new(run.Id, claim.Budget?.SumOfKnown, claim.Budget?.Sum is null, 3 * claim.Budget?.Sum, claim.RelativeError.TryGet(out double error)
                ? [new RowMark(0, error)] : [], Hover(run, CouplingClaims.Transfer));
        }
        string drawing = RangeRows.Draw(axis, [.. runs.Select(Row)], [new RowSeries("error", Marker.Diamond, "m s1", 4)], "budget", "3 × budget",
            (limit, $"limit {Short(limit)}"), head);
        return Figure(head, drawing, "A claim is violated when its diamond is beyond its thin line, three times the budget. Lowest drift first.");
    }

    private static ExperimentFigure Figure(FigureHead head, string drawing, string caption) => new(head.Id, head.Title, drawing, head.Description, caption);

    private static string Ranges(IReadOnlyList<ExperimentRow> rows, string group, string claim)
    {
        double[] errors = [.. CouplingCriteria.In(rows, group).Select(r => r.Claim(claim).RelativeError.OrDefault(double.NaN))];
        return $"{group}: {Short(errors.Min())} to {Short(errors.Max())}";
    }

    private static Axis DriftAxis(IReadOnlyList<ExperimentRow> rows) => Axis.Log("kernel drift ‖K(t) − K(s)‖/‖K(s)‖", rows.Select(CouplingCriteria.Drift));

    private static void Add(Chart chart, IReadOnlyList<ExperimentRow> rows, string claim)
    {
        void Series(string name, int colour, Marker marker, Func<ExperimentRow, bool> which) => chart.Points(name, colour,
            rows.Where(which).Select(r => new Point(CouplingCriteria.Drift(r), r.Claim(claim).RelativeError.OrDefault(double.NaN), Hover(r, claim))),
                marker, 3);
        Series("flow", 1, Marker.Circle, r => r.Group == CouplingRows.Recorded && !CouplingCriteria.EveryStep(r));
        Series("recorded steps", 3, Marker.Square, r => r.Group == CouplingRows.Recorded && CouplingCriteria.EveryStep(r));
        Series(CouplingRows.NoPropagator, 2, Marker.Triangle, r => r.Group == CouplingRows.NoPropagator);
        Series(CouplingRows.ForeignTest, 4, Marker.Diamond, r => r.Group == CouplingRows.ForeignTest);
        Series(CouplingRows.Frozen, 5, Marker.Plus, r => r.Group == CouplingRows.Frozen);
    }

    private static string Hover(ExperimentRow row, string id)
    {
        var claim = row.Claim(id);
        return $"{row.Id}: drift {Short(CouplingCriteria.Drift(row))}, {id} error {Short(claim.RelativeError.OrNull())}, correlation "
            + $"{Short(claim.Correlation, 5)}, budget {Narrative.Sum(claim.Budget)}, {Narrative.Word(claim.Verdict)}";
    }
}
