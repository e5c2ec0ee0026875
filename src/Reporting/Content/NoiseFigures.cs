using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>Whether the test outputs see the label noise: where it lies, and how they respond to it.</summary>
internal static class NoiseFigures
{
    /// <summary>Energy of the noise in the reservoir and in the channel, and the response of the test outputs to it, by window.</summary>
    public static Figure Response(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (analysis.NoisePlacement.OrNull() is not { Points.Count: > 0 } noise) return figure.Without(analysis.NoisePlacement.Reason is { } reason
            and not Known.NotComputed ? $"There is nothing to draw: {reason.TrimEnd('.')}." : "Label noise was not looked for.");
        NoisePoint[] points = [.. noise.Points.Where(p => p.RelativeResponse is not null)];
        if (points.Length == 0) return figure.Without("How the test outputs respond to the noise was not computed.");
        var (axis, later) = Drawn.TimeAxis([.. points.Select(p => p.Time)]);
        var (first, last) = (points[0], points[^1]);
        var head = figure.Head($"From T = {Short(first.Time, 5)} to T = {Short(last.Time, 5)} the share of the noise in the reservoir goes from "
            + $"{Percent(first.Noise.ReservoirShare)} to {Percent(last.Noise.ReservoirShare)}, and the response of the test outputs to it from "
            + $"{Short(first.RelativeResponse)} to {Short(last.RelativeResponse)} of that to the clean signal");
        var chart = new Chart(axis, Axis.Linear("share", points.SelectMany(p => (double[])[0, 1, p.RelativeResponse!.Value])), head);
        void Line(string name, int series, Marker marker, string dash, Func<NoisePoint, double> of) =>
            chart.Line(name, series, points.Select(p => new Point(p.Time, of(p), $"T = {Short(p.Time, 5)}: {name} {Short(of(p))}")), marker, dash);
        Line("noise in the reservoir", 2, Marker.Diamond, "", p => p.Noise.ReservoirShare);
        Line("noise in the channel", 1, Marker.Circle, "", p => p.Noise.SignalShare);
        Line("response to noise / to clean signal", 5, Marker.Square, "dash", p => p.RelativeResponse!.Value);
        return Figure.Of(head, chart, $"Energy of the noise of {Count(noise.NoisyExamples)} changed labels in the modes of W_S(s,T) below the threshold "
            + $"{Short(analysis.Options.Threshold)} and in the others; and how far the test outputs move per unit of noise, ‖G_Qv‖/‖v‖, "
            + "beside the same per unit of the clean signal." + later);
    }
}
