using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>The kernel over time.</summary>
internal static class KernelFigures
{
    /// <summary>The drift ‖K(t) − K(s)‖/‖K(s)‖ of the kernel over flow time.</summary>
    public static Figure Drift(ReportFigure figure, ReservoirAnalysis analysis)
    {
        var evolution = analysis.KernelEvolution;
        if (evolution.Points.Count < 2) return figure.Without("The movement of the kernel was not measured.");
        var head = figure.Head($"Kernel drift over time: {Short(evolution.PeakDrift)} at its largest, {Short(evolution.EndDrift)} at the end");
        var (chart, shown, later) = Over(evolution, "‖K(t) − K(s)‖ / ‖K(s)‖", p => [p.SpectralDrift, p.FrobeniusDrift, 0], head);
        chart.Line("spectral norm", 1, shown.Select(p => At(p, p.SpectralDrift, "spectral drift")));
        chart.Line("Frobenius norm", 2, shown.Select(p => At(p, p.FrobeniusDrift, "Frobenius drift")), Marker.Square, dash: "dash");
        return Figure.Of(head, chart, "Relative change since the start of the window. Near 0 the kernel is frozen; from about 1 on the network learns "
            + "features, and agreement with the theory means something." + later);
    }

    /// <summary>Alignment and rotation.</summary>
    public static Figure Direction(ReportFigure figure, ReservoirAnalysis analysis)
    {
        var evolution = analysis.KernelEvolution;
        if (evolution.Points.Count < 2) return figure.Without("The direction of the kernel was not measured.");
        var last = evolution.Points[^1];
        var head = figure.Head($"At the end of the window the centred alignment is {Short(last.CentredAlignment)} and the leading eigenspace has turned "
            + $"by {Short(last.Rotation)} radians");
        var (chart, shown, later) = Over(evolution, "alignment (–), angle (rad)", p => [p.CentredAlignment, p.Rotation, 0, 1], head);
        chart.Line("centred alignment", 3, shown.Select(p => At(p, p.CentredAlignment, "alignment")), Marker.Triangle);
        chart.Line("rotation of leading eigenspace", 4, shown.Select(p => At(p, p.Rotation, "rotation")), Marker.Diamond, dash: "dash");
        return Figure.Of(head, chart, "Cosine between the centred kernels K(t) and K(s), and the largest principal angle between their leading "
            + "eigenspaces (π/2 ≈ 1.57: one direction is entirely new)." + later);
    }

    private static (Chart, KernelEvolutionPoint[], string) Over(KernelEvolution evolution, string label, Func<KernelEvolutionPoint, double[]> values,
        FigureHead head)
    {
        var (axis, later) = Drawn.TimeAxis([.. evolution.Points.Select(p => p.Time)]);
        var shown = evolution.Points.Where(p => axis.Holds(p.Time)).ToArray();
        return (new Chart(axis, Axis.Linear(label, shown.SelectMany(values)), head), shown, later);
    }

    private static Point At(KernelEvolutionPoint p, double y, string what) => new(p.Time, y, $"t = {Short(p.Time, 5)}: {what} {Short(y)}");
}
