using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>What one run says of examples that it has not seen.</summary>
internal static class RiskFigures
{
    /// <summary>The leave-one-out estimate over time, between training and test loss.</summary>
    public static Figure PopulationRisk(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.PopulationRisk.TryGet(out var risk)) return figure.Without($"It is not known: {analysis.PopulationRisk.Reason}.");
        if (risk.Times.Count == 0) return figure.Without("There are no checkpoints.");
        var training = analysis.Training.OrNull();
        IReadOnlyList<double> train = training?.TrainLoss.OrDefault([]) ?? [], test = training?.TestLoss.OrDefault([]) ?? [];
        double[] finite = [.. risk.LeaveOneOut.Concat(train).Concat(test).Where(double.IsFinite)];
        // The estimate and the test loss are to be told apart; a training loss that vanishes need not be read.
        double[] compared = [.. risk.LeaveOneOut.Concat(test).Where(double.IsFinite)];
        bool logarithmic = compared.Length > 0 && finite.Min() > 0 && compared.Max() > 20 * compared.Min();
        var axis = logarithmic ? Axis.Log("loss per example", finite) : Axis.Linear("loss per example", finite.Append(0));
        var (time, later) = Drawn.TimeAxis([.. risk.Times]);
        string best = $"least at t = {Short(risk.Best.Time)}";
        var head = figure.Head($"Loss of examples that do not train, estimated from this run alone: {Short(risk.LeaveOneOut[0])} at the start, "
            + $"{Short(risk.LeaveOneOut[risk.Best.Checkpoint])} where it is {best}, {Short(risk.LeaveOneOut[^1])} at the end");
        var chart = new Chart(time, axis, head);
        int every = Math.Max(1, risk.Times.Count / 60);
        void Line(string name, int series, IReadOnlyList<double> values, Marker marker, string dash)
        {
            if (values.Count == 0) return;
            chart.Line(name, series, Enumerable.Range(0, values.Count).Where(k => time.Holds(risk.Times[k])).Select(k =>
                new Point(risk.Times[k], values[k], $"t = {Short(risk.Times[k], 5)}: {name} {Short(values[k])}")), marker, dash, markEvery: every);
        }
        Line("left out (estimate)", 3, risk.LeaveOneOut, Marker.Circle, "");
        Line("training", 2, train, Marker.Square, "dash");
        Line("test", 1, test, Marker.Circle, "");
        IReadOnlyList<double> first = risk.FirstOrder.OrDefault([]);
        Line("first-order form", 4, first, Marker.Square, "dots");
        string form = first.Count == 0 ? "" : " The first-order form is unbiased at the first step only, since later the gradient of an example has seen it."
            + Drawn.Missing(chart, "lie outside the other curves");
        return Figure.Of(head, chart, "Every training example is predicted by the recorded kernels as if it had not trained; the others keep the weight they "
            + "had. It is exact for a kernel that does not move; otherwise the path that the kernel took has seen the example. Left-out examples carry the "
            + $"label noise of training, test examples that of the test targets. {Stops(risk)}{form}{later}");
    }

    private static string Stops(PopulationRisk risk)
    {
        string chosen = $"The estimate is least at t = {Short(risk.Best.Time)}";
        if (!risk.BestByTest.TryGet(out var byTest) || !risk.Best.TestLoss.TryGet(out double there) || !byTest.TestLoss.TryGet(out double least))
            return chosen + ".";
        return chosen + $", where the test loss is {Short(there)}; its own least value is {Short(least)}, at t = {Short(byTest.Time)}.";
    }
}
