using KernelFlow.Files;
using KernelFlow.Reporting.Charts;

namespace KernelFlow.Validation.Laboratory;

/// <summary>Medians over the seeds of a kind of training, as tables and figures have them.</summary>
internal static class LabRows
{
    /// <summary>The kinds, in the order in which they occur.</summary>
    public static string[] Groups(IReadOnlyList<ExperimentRow> rows) => [.. rows.Select(r => r.Group).Distinct()];

    /// <summary>A measurement of every run of a kind; what has no value is left out.</summary>
    public static double[] Values(IReadOnlyList<ExperimentRow> rows, string group, string name) =>
        [.. rows.Where(r => r.Group == group).Select(r => r.Measured(name)).OfType<double>()];

    /// <summary>The median over the runs of a kind.</summary>
    public static double Median(IReadOnlyList<ExperimentRow> rows, string group, string name) => LabStatistics.Median(Values(rows, group, name));

    /// <summary>A measurement of every run.</summary>
    public static double[] All(IReadOnlyList<ExperimentRow> rows, string name) => [.. rows.Select(r => r.Measured(name)).OfType<double>()];

    /// <summary>A measurement that is there.</summary>
    public static double Value(ExperimentRow row, string name) => row.Measured(name) ?? double.NaN;

    /// <summary>"median (first quartile to third)".</summary>
    public static string Spread(IEnumerable<double> numbers)
    {
        double[] all = [.. numbers];
        return all.Length == 0 ? NumberText.None : $"{NumberText.Short(LabStatistics.Median(all))} "
            + $"({NumberText.Short(Calibration.Quantiles.Of(all, 0.25))} to {NumberText.Short(Calibration.Quantiles.Of(all, 0.75))})";
    }

    /// <summary>A table of medians with quartiles: a row for every kind, a column for every measurement.</summary>
    public static ExperimentTable Table(string title, string note, IReadOnlyList<ExperimentRow> rows, params (string Name, string Header)[] columns) =>
        new(title, note, ["training", "#runs", .. columns.Select(c => "#" + c.Header)],
            [.. Groups(rows).Select(g => (string[])[g, NumberText.Count(rows.Count(r => r.Group == g)),
                .. columns.Select(c => Spread(Values(rows, g, c.Name)))])]);

    /// <summary>A figure from its parts.</summary>
    public static ExperimentFigure Figure(FigureHead head, Chart chart, string caption) =>
        new(head.Id, head.Title, chart.ToString(), head.Description, caption);
}
