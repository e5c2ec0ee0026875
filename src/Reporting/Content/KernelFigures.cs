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

    /// <summary>The eigenvalues of K_SS at both ends of the window.</summary>
    public static Figure Spectrum(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!Ends(analysis).TryGet(out var ends)) return figure.Without($"It is not known: {Ends(analysis).Reason}.");
        var (start, end) = ends;
        double[] shown = [.. SpectralDensity.Resolved(start), .. SpectralDensity.Resolved(end)];
        if (shown.Length == 0) return figure.Without("The kernel is zero at both ends of the window.");
        var head = figure.Head($"Eigenvalues of K: from {Short(start[0])} down to {Short(start[^1])} at the start, from {Short(end[0])} down to "
            + $"{Short(end[^1])} at the end");
        var chart = new Chart(SpectrumFigures.ModeAxis(start.Count), Axis.Log("eigenvalue of K", shown), head);
        void Line(string name, int series, IReadOnlyList<double> values, Marker marker, string dash) => chart.Line(name, series,
            SpectralDensity.Resolved(values).Select((v, j) => new Point(j + 1, v, $"{name}, eigenvalue {Count(j + 1)}: {Short(v)}")), marker, dash,
            markEvery: Math.Max(1, values.Count / 60));
        Line("start", 5, start, Marker.Square, "dash");
        Line("end", 1, end, Marker.Circle, "");
        int below = start.Count + end.Count - shown.Length;
        return Figure.Of(head, chart, $"Eigenvalues of K_SS, largest first. Training raises the directions that it uses; the share of the largest in the trace "
            + $"went from {Percent(start[0] / start.Sum())} to {Percent(end[0] / end.Sum())}."
            + (below > 0 ? $" {Count(below)} that are zero to rounding are not drawn." : ""));
    }

    /// <summary>How the eigenvalues of K_SS lie over the decades, at both ends of the window.</summary>
    public static Figure Density(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!Ends(analysis).TryGet(out var ends)) return figure.Without($"It is not known: {Ends(analysis).Reason}.");
        double width = SpectralDensity.Width([.. SpectralDensity.Resolved(ends.Start), .. SpectralDensity.Resolved(ends.End)]);
        var (start, end) = (SpectralDensity.Of(ends.Start, width), SpectralDensity.Of(ends.End, width));
        if (start.Count + end.Count == 0) return figure.Without("The kernel is zero at both ends of the window.");
        var head = figure.Head($"Share of the eigenvalues of K per decade: the median is {Short(Median(ends.Start))} at the start and "
            + $"{Short(Median(ends.End))} at the end");
        var all = start.Concat(end).ToArray();
        var chart = new Chart(Axis.Log("eigenvalue of K", all.Select(p => p.Value), round: false),
            Axis.Linear("share per decade", all.Select(p => p.Density).Append(0)), head);
        void Line(string name, int series, IReadOnlyList<(double Value, double Density)> curve, Marker marker, string dash) => chart.Line(name, series,
            curve.Select(p => new Point(p.Value, p.Density, $"{name}, at {Short(p.Value)}: {Short(p.Density)} per decade")), marker, dash, markEvery: 10);
        Line("start", 5, start, Marker.Square, "dash");
        Line("end", 1, end, Marker.Circle, "");
        return Figure.Of(head, chart, "The area under each curve is 1: the share of the eigenvalues that lie in a decade, smoothed over "
            + $"{Short(width, 2)} decades. A tail to the right is a few directions that stand out of the bulk.");
    }

    /// <summary>The cosines of the examples' centred features at the start.</summary>
    public static Figure GramAtStart(ReportFigure figure, ReservoirAnalysis analysis) => Gram(figure, analysis, analysis.KernelEvolution.Start);

    /// <summary>The same at the end.</summary>
    public static Figure GramAtEnd(ReportFigure figure, ReservoirAnalysis analysis) => Gram(figure, analysis, analysis.KernelEvolution.End);

    private static Figure Gram(ReportFigure figure, ReservoirAnalysis analysis, Known<KernelPortrait> known)
    {
        if (!known.TryGet(out var portrait)) return figure.Without($"It is not known: {known.Reason}.");
        var gram = portrait.Gram;
        bool sorted = analysis.Classes.IsKnown;
        var head = figure.Head($"Cosines of the centred features of {Count(gram.Rows)} examples at t = {Short(portrait.Time, 5)}"
            + (sorted ? ", in the order of their classes" : ""));
        string axis = sorted ? "example, by class" : "example";
        string drawing = HeatMap.Draw(new HeatMapData(gram.Rows, gram.Columns, gram.Means, axis, axis, "cosine of examples")
        {
            RowGroups = ModeFigures.Groups(analysis), Hover = false, IsSigned = true,
        }, head);
        return new Figure(head, drawing, "(HkH)_ij / √((HkH)_ii (HkH)_jj), with k_ij the kernel of two examples and H the centring."
            + (sorted ? " Blocks of one colour along the diagonal: the kernel tells the classes apart, and changed labels stand out as stripes." : "")
            + (gram.Rows > MatrixPicture.MostBlocks ? " Neighbours are shown by their mean." : ""));
    }

    private static double? Median(IReadOnlyList<double> values) => values.Count == 0 ? null : values[values.Count / 2];

    private static Known<(IReadOnlyList<double> Start, IReadOnlyList<double> End)> Ends(ReservoirAnalysis analysis)
    {
        static Known<IReadOnlyList<double>> Of(Known<KernelPortrait> portrait) =>
            portrait.TryGet(out var p) ? p.Eigenvalues : Known.Unknown<IReadOnlyList<double>>(portrait.Reason!);
        var (start, end) = (Of(analysis.KernelEvolution.Start), Of(analysis.KernelEvolution.End));
        return start.TryGet(out var s) && end.TryGet(out var e) ? Known.Of((s, e))
            : Known.Unknown<(IReadOnlyList<double>, IReadOnlyList<double>)>(start.Reason ?? end.Reason!);
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
