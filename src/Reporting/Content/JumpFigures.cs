using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>The error of jumping to the end with a frozen kernel.</summary>
internal static class JumpFigures
{
    // Beyond this a jump tells nothing, whatever it is.
    private const double MostShown = 3;

    /// <summary>Errors over the time of the jump, beside not jumping.</summary>
    public static Figure Errors(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.JumpToEnd.TryGet(out var jump)) return figure.Without($"It is not known: {analysis.JumpToEnd.Reason}.");
        if (jump.Times.Count < 2) return figure.Without("There are too few checkpoints to jump from.");
        var infinity = jump.TestErrorToInfinity.OrDefault([]);
        double[] all = [.. jump.TestError.Concat(jump.TrainError).Concat(infinity).Concat(jump.TestErrorOfWaiting).Where(double.IsFinite)];
        var (time, later) = Drawn.TimeAxis([.. jump.Times]);
        string arrives = jump.First.TryGet(out var first) ? $"below {Percent(JumpToEnd.Arrived)} from t = {Short(first.Time)}" : "never small";
        var head = figure.Head("Test outputs at the end, predicted by freezing the kernel at t: relative error "
            + $"{Short(jump.TestError[0])} from the start, {arrives}");
        var chart = new Chart(time, Axis.Linear("relative error", all.Select(v => Math.Min(v, MostShown)).Append(0)), head);
        void Line(string name, int series, IReadOnlyList<double> values, Marker marker, string dash) => chart.Line(name, series,
            values.Select((v, i) => new Point(jump.Times[i], v, $"t = {Short(jump.Times[i], 5)}: {name} {Short(v)}")), marker, dash);
        Line("test outputs", 1, jump.TestError, Marker.Circle, "");
        Line("training outputs", 2, jump.TrainError, Marker.Square, "");
        if (infinity.Count > 0) Line("test, jump to infinity", 3, infinity, Marker.Circle, "dash");
        Line("test, without a jump", 5, jump.TestErrorOfWaiting, Marker.Square, "dots");
        chart.Rule($"{Percent(JumpToEnd.Arrived)}", JumpToEnd.Arrived);
        string studied = jump.Checkpoints.Count < analysis.Run.Checkpoints - 1
            ? $" {Count(jump.Checkpoints.Count)} of {Count(analysis.Run.Checkpoints - 1)} checkpoints were jumped from." : "";
        return Figure.Of(head, chart, "From each checkpoint the outputs go on to the end under its kernel alone, and errors are relative to how far they "
            + "moved in the window. Where a jump is better than waiting, training only follows what the kernel has already settled; for a kernel that does "
            + $"not move every jump is exact.{studied}{Drawn.Missing(chart, "lie outside the axes")}{later}");
    }
}
