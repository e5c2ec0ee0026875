using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>How the spectrum of W_S builds up.</summary>
internal static class ScheduleFigures
{
    private const string NoSchedule = "The spectra of W_S over shorter windows were not computed.";

    /// <summary>The spectrum of W_S(s, T) over T, in shades.</summary>
    public static Figure OverEnd(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (analysis.Schedule.OrNull()?.OverEnd is not { Count: > 1 } points) return figure.Without(NoSchedule);
        bool fraction = points.All(p => p.DissipatedFraction is not null);
        IReadOnlyList<double> Of(int k) => fraction ? points[k].DissipatedFraction! : points[k].Eigenvalues;
        string what = fraction ? "2βλ_j(T)" : "λ_j(T), logarithmic shades";
        var (first, last) = (points[0], points[^1]);
        var head = figure.Head($"Spectrum of W_S(s, T) for {Count(points.Count)} ends T: {Count(first.SignalDimension)} signal modes at T = "
            + $"{Short(first.Time, 5)}, {Count(last.SignalDimension)} at T = {Short(last.Time, 5)}");
        int modes = points.Max(p => p.Eigenvalues.Count);
        var blocks = HeatMap.Blocks(modes, points.Count, (i, k) => i < Of(k).Count ? Math.Max(0, Of(k)[i]) : 0);
        string drawing = HeatMap.Draw(new HeatMapData(modes, points.Count, blocks, "end of the window T", "mode j", what)
        {
            ColumnName = Drawn.Times([.. points.Select(p => p.Time)]), Decades = fraction ? 0 : 6,
        }, head);
        return new Figure(head, drawing, "Each column is the spectrum of W_S over a window from the start to T, largest first. Modes that take colour "
            + "early are learned first; those still empty at the right edge are what training leaves.");
    }

    /// <summary>Signal dimension and effective rank over T.</summary>
    public static Figure Dimension(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (analysis.Schedule.OrNull()?.OverEnd is not { Count: > 1 } points) return figure.Without(NoSchedule);
        var (axis, later) = Drawn.TimeAxis([.. points.Select(p => p.Time)]);
        var last = points[^1];
        var head = figure.Head($"Signal dimension {Count(last.SignalDimension)} and effective rank {Short(last.EffectiveRank)} "
            + $"at the end of the window, T = {Short(last.Time, 5)}");
        var chart = new Chart(axis, Axis.Linear("modes", points.SelectMany(p => (double[])[p.SignalDimension, p.EffectiveRank]).Append(0)), head);
        chart.Line("signal dimension", 1, points.Select(p => new Point(p.Time, p.SignalDimension,
            $"T = {Short(p.Time, 5)}: {Count(p.SignalDimension)} modes at or above the threshold")));
        chart.Line("effective rank", 3, points.Select(p => new Point(p.Time, p.EffectiveRank,
            $"T = {Short(p.Time, 5)}: effective rank {Short(p.EffectiveRank)}")), Marker.Square, "dash");
        return Figure.Of(head, chart, "Modes of W_S(s, T) at or above the threshold, and (Σλ)²/Σλ²." + later);
    }
}
