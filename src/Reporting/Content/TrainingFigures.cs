using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>How training went, as recorded.</summary>
internal static class TrainingFigures
{
    private const string Before = "It is not known: ";

    /// <summary>Training and test loss per example over time.</summary>
    public static Figure Loss(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.Training.TryGet(out var training)) return figure.Without($"{Before}{analysis.Training.Reason}.");
        if (!training.TrainLoss.IsKnown && !training.TestLoss.IsKnown) return figure.Without($"{Before}{training.TrainLoss.Reason}.");
        // Zero cannot be shown on a logarithmic axis, and losses within a factor of 20 need none.
        double[] values = [.. training.TrainLoss.OrDefault([]), .. training.TestLoss.OrDefault([])], finite = [.. values.Where(double.IsFinite)];
        bool logarithmic = finite.Length > 0 && finite.Min() > 0 && finite.Max() > 20 * finite.Min();
        var axis = logarithmic ? Axis.Log("loss per example", finite) : Axis.Linear("loss per example", finite.Append(0));
        var head = figure.Head("Loss per example, from start to end of the window: " + Ends(training.TrainLoss, training.TestLoss, x => Short(x)));
        return Draw(figure, head, training, axis, training.TrainLoss, training.TestLoss, x => Short(x),
            "The training loss as recorded, and the same loss of the recorded test outputs.");
    }

    /// <summary>Training and test accuracy over time.</summary>
    public static Figure Accuracy(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.Training.TryGet(out var training)) return figure.Without($"{Before}{analysis.Training.Reason}.");
        if (!training.TrainAccuracy.IsKnown) return figure.Without($"{Before}{training.TrainAccuracy.Reason}.");
        var head = figure.Head("Share of examples whose class is right, from start to end of the window: "
            + Ends(training.TrainAccuracy, training.TestAccuracy, x => Percent(x)));
        bool changed = analysis.Influence.TryGet(out var influence) && influence.Changed.OrDefault([]).Count > 0;
        return Draw(figure, head, training, Axis.Linear("accuracy", [0, 1]), training.TrainAccuracy, training.TestAccuracy, x => Percent(x),
            "Share of examples whose output is nearest to their own target" + (changed
                ? ". Training targets are those with changed labels: near 1 the noise is learned as well." : "."));
    }

    private static Figure Draw(ReportFigure figure, FigureHead head, TrainingCurves training, Axis axis, Known<IReadOnlyList<double>> train,
        Known<IReadOnlyList<double>> test, Func<double?, string> text, string caption)
    {
        if (training.Times.Count == 0) return figure.Without("There are no checkpoints.");
        var (time, later) = Drawn.TimeAxis([.. training.Times]);
        var chart = new Chart(time, axis, head);
        int every = Math.Max(1, training.Times.Count / 60);
        void Line(string name, int series, Known<IReadOnlyList<double>> curve, Marker marker, string dash)
        {
            if (!curve.TryGet(out var values)) return;
            chart.Line(name, series, Enumerable.Range(0, values.Count).Where(k => time.Holds(training.Times[k])).Select(k =>
                new Point(training.Times[k], values[k], $"t = {Short(training.Times[k], 5)}: {name} {text(values[k])}")), marker, dash, markEvery: every);
        }
        Line("training", 2, train, Marker.Square, "dash");
        Line("test", 1, test, Marker.Circle, "");
        string missing = string.Concat(new[] { ("training", train.Reason), ("test", test.Reason) }.Where(m => m.Item2 is not null)
            .Select(m => $" No {m.Item1} curve: {m.Item2}."));
        return Figure.Of(head, chart, caption + missing + later);
    }

    private static string Ends(Known<IReadOnlyList<double>> train, Known<IReadOnlyList<double>> test, Func<double?, string> text) => string.Join("; ",
        new[] { ("training", train.OrNull()), ("test", test.OrNull()) }.Where(c => c.Item2 is { Count: > 0 })
            .Select(c => $"{c.Item1} {text(c.Item2![0])} to {text(c.Item2[^1])}"));
}
