using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>When the modes of the kernel were filled, and where the clean signal went.</summary>
internal static class OrderFigures
{
    /// <summary>Filling time over κ.</summary>
    public static Figure Filling(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.OrderOfFilling.TryGet(out var order)) return figure.Without($"It is not known: {analysis.OrderOfFilling.Reason}.");
        if (order.FillingTimes.Count == 0) return figure.Without("No mode of the mean kernel was filled.");
        double start = analysis.Window.From;
        double[] after = [.. order.FillingTimes.Select(t => t - start)];
        string correlation = order.RankCorrelation.TryGet(out double rank) ? $"rank correlation {Short(rank)}" : "too few modes for a correlation";
        var head = figure.Head($"Filling time of {Count(after.Length)} modes of the mean kernel over their eigenvalue: {correlation}");
        var chart = new Chart(Axis.Log("eigenvalue κ of the mean kernel", order.KernelEigenvalues), Axis.Log("filling time t − s", after), head);
        chart.Points("modes", 1, Drawn.Thin(after.Length).Select(j => new Point(order.KernelEigenvalues[j], after[j],
            $"mode {Count(j + 1)}: κ = {Short(order.KernelEigenvalues[j])}, filled by t = {Short(order.FillingTimes[j], 5)}")));
        return Figure.Of(head, chart, $"{What(order)} For a kernel that does not move the larger κ is filled first, always: the correlation is −1. "
            + $"{Count(after.Length)} of {Count(order.Modes)} modes are counted.{Drawn.Missing(chart, "are not positive")}");
    }

    private static string What(OrderOfFilling order) => order.Filled == OrderOfFilling.ByEnergy
        ? "A mode is filled when half of its energy is gone, 2βv_jᵀW_S(s,t)v_j = 1/2."
        : "B varies: a mode counts as filled when v_jᵀW_S(s,t)v_j is half of what it is at the end, which for modes that are far from full is near the middle.";

    /// <summary>Share of the clean signal in the channel, share dissipated, and test movement over the end of the window.</summary>
    public static Figure Migration(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.Grokking.TryGet(out var found)) return figure.Without($"It is not known: {analysis.Grokking.Reason}.");
        var points = found.Points;
        var (time, later) = Drawn.TimeAxis([.. points.Select(p => p.Time)]);
        double share = found.MovementAtEnd > 0 ? found.Gained / found.MovementAtEnd : 0;
        var head = figure.Head($"Training accuracy reaches {Percent(Grokking.Level)} at t = {Short(found.Fitted.Time)}; after that the clean signal moves the "
            + $"test outputs by {Percent(share)} of what it does in the whole window");
        double[] moved = [.. points.Select(p => p.TestMovement / found.MovementAtEnd).Where(double.IsFinite)];
        var chart = new Chart(time, Axis.Linear("share", moved.Append(0).Append(1)), head);
        chart.Line("in the channel", 3, points.Select(p => new Point(p.Time, p.SignalShare,
            $"t = {Short(p.Time, 5)}: {Percent(p.SignalShare)} of its energy")));
        if (points.Any(p => p.Dissipated is not null))
            chart.Line("dissipated", 2, points.Where(p => p.Dissipated is not null).Select(p => new Point(p.Time, p.Dissipated!.Value,
                $"t = {Short(p.Time, 5)}: {Percent(p.Dissipated.Value)} of its energy is gone")), Marker.Square, "dash");
        chart.Line("test outputs moved, of the end", 1, points.Select(p => new Point(p.Time, p.TestMovement / found.MovementAtEnd,
            $"t = {Short(p.Time, 5)}: ‖G_Q(t,s)g_clean‖ = {Short(p.TestMovement)}")));
        chart.UprightRule($"training accuracy {Percent(Grokking.Level)}", found.Fitted.Time);
        return Figure.Of(head, chart, "Of the gradient at the start by the clean labels: its share in the signal channel of W_S(s,t), the share of its energy "
            + "that is dissipated, and how far it has moved the test outputs by t. What moves to the right of the upright line was learned after the "
            + $"training examples were fitted.{later}");
    }
}
