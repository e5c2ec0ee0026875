using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>What the modes of W_S are made of.</summary>
internal static class ModeFigures
{
    /// <summary>Share of the gradient's energy along each mode.</summary>
    public static Figure Energy(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.Modes.TryGet(out var content)) return figure.Without($"It is not known: {analysis.Modes.Reason}.");
        if (!(content.GradientEnergy > 0) || content.Energy.Count == 0) return figure.Without("The gradient at the start is zero.");
        double[] shares = [.. content.Energy.Select(e => e / content.GradientEnergy)];
        int signal = analysis.Spectrum.SignalDimension.OrDefault(shares.Length);
        double reservoir = shares.Skip(signal).Sum();
        int most = Array.IndexOf(shares, shares.Max());
        var head = figure.Head($"Share of ‖g(s)‖² along each of {Count(shares.Length)} modes: mode {Count(most + 1)} has the most, {Percent(shares[most])}; "
            + $"the reservoir has {Percent(reservoir)}");
        var chart = new Chart(SpectrumFigures.ModeAxis(shares.Length), Axis.Log("(ψ_jᵀg(s))² / ‖g(s)‖²", shares, 8), head);
        var points = Drawn.Thin(shares.Length).Select(j => (j, Point: new Point(j + 1, shares[j],
            $"mode {Count(j + 1)}: {Percent(shares[j])} of the energy of g(s), {Percent(shares.Take(j + 1).Sum())} up to here"))).ToArray();
        chart.Points("signal", 1, points.Where(p => p.j < signal).Select(p => p.Point));
        if (signal < shares.Length) chart.Points("reservoir", 2, points.Where(p => p.j >= signal).Select(p => p.Point), Marker.Diamond);
        int half = 0;
        for (double sum = 0; half < shares.Length && sum < 0.9 * shares.Sum(); half++) sum += shares[half];
        return Figure.Of(head, chart, $"How much of the gradient at the start lies along each mode: all modes add up to 1, and the first "
            + $"{Count(half)} hold 90 %"
            + $"{(analysis.Spectrum.Complete ? "" : " of what the modes listed hold")}. The reservoir holds {Percent(reservoir)}, "
            + "which training did not dissipate."
            + Drawn.Missing(chart, "are zero or far below"));
    }

    /// <summary>Share of each class in each mode.</summary>
    public static Figure ByClass(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.Modes.TryGet(out var content)) return figure.Without($"It is not known: {analysis.Modes.Reason}.");
        if (!content.ByClass.TryGet(out var map) || !analysis.Classes.TryGet(out var classes))
            return figure.Without($"There are no classes: {content.ByClass.Reason ?? analysis.Classes.Reason}.");
        var head = figure.Head($"Share of {Count(map.Rows)} classes in each of {Count(map.Columns)} modes");
        var counts = classes.Counts();
        string drawing = HeatMap.Draw(new HeatMapData(map.Rows, map.Columns, map.Means, "mode j", "class", "share of the mode")
        {
            RowGroups = [.. classes.Names.Select(name => (Drawn.Shorten(name, 7), 1))],
        }, head);
        return new Figure(head, drawing, "The squares of the elements of ψ_j, summed over the examples of each class: each mode adds up to 1. A mode that "
            + $"knows no classes has a class by its number of examples ({Few(counts)} of {Count(classes.Of.Count)})." + Blocks(map));
    }

    /// <summary>Share of each example in each mode.</summary>
    public static Figure ByExample(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (!analysis.Modes.TryGet(out var content)) return figure.Without($"It is not known: {analysis.Modes.Reason}.");
        var map = content.ByExample;
        if (map.Columns == 0) return figure.Without("There are no modes.");
        bool sorted = analysis.Classes.IsKnown;
        var head = figure.Head($"Share of {Count(map.Rows)} examples in each of {Count(map.Columns)} modes"
            + (sorted ? ", in the order of their classes" : ""));
        string drawing = HeatMap.Draw(new HeatMapData(map.Rows, map.Columns, map.Means, "mode j", sorted ? "example, by class" : "example",
            "share of the mode") { RowGroups = Groups(analysis), Hover = false }, head);
        return new Figure(head, drawing, "The squares of the elements of ψ_j, summed over the outputs of each example: each mode adds up to 1. A single dark "
            + "cell is a mode that is one example." + Blocks(map));
    }

    /// <summary>The classes with their examples, for the rows of pictures; none where there are no classes.</summary>
    public static IReadOnlyList<(string Name, int Count)> Groups(ReservoirAnalysis analysis) => !analysis.Classes.TryGet(out var classes) ? []
        : [.. classes.Names.Zip(classes.Counts()).Where(g => g.Second > 0).Select(g => (Drawn.Shorten(g.First, 7), g.Second))];

    private static string Blocks(MatrixPicture map) =>
        map.Rows > MatrixPicture.MostBlocks || map.Columns > MatrixPicture.MostBlocks ? " Neighbours are shown by their mean." : "";

    private static string Few(IReadOnlyList<int> counts) =>
        counts.Count <= 4 ? string.Join(", ", counts.Select(c => Count(c))) : $"{Count(counts.Min())} to {Count(counts.Max())}";
}
