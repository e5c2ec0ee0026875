namespace KernelFlow.Analysis.Reports.Figures;

/// <summary>One named row: a bar up to a value and a marker, on a shared logarithmic axis.</summary>
/// <param name="Name">Left of the row.</param>
/// <param name="Bar">Length of the bar; null for none.</param>
/// <param name="IsOpen">Whether the bar is only a lower bound.</param>
/// <param name="Mark">Where the marker stands; null for none.</param>
/// <param name="Hover">What the row says when pointed at.</param>
internal sealed record RangeRow(string Name, double? Bar, bool IsOpen, double? Mark, string Hover);

/// <summary>Rows of bars and markers: errors against their budgets.</summary>
internal static class RangeRows
{
    private const double Width = 440, Left = 132, Right = 16, Row = 24, Top = 30, Bottom = 42;

    /// <summary>The drawing.</summary>
    /// <param name="axis">Shared logarithmic axis.</param>
    /// <param name="rows">Rows, top to bottom.</param>
    /// <param name="barName">What the bars are.</param>
    /// <param name="markName">What the markers are.</param>
    /// <param name="rule">A value to mark across all rows, with its name.</param>
    /// <param name="description">The text alternative.</param>
    public static string Draw(Axis axis, IReadOnlyList<RangeRow> rows, string barName, string markName, (double Value, string Name)? rule, string description)
    {
        double plot = rows.Count * Row, end = Top + plot;
        double X(double v) => Left + (Width - Left - Right) * axis.Share(v);
        var svg = new Svg(Width, end + Bottom, description);
        Legend(svg, barName, markName, rule?.Name);
        foreach (var tick in axis.Ticks)
        {
            svg.Line(tick.Label == "" ? "grid minor" : "grid", X(tick.Value), Top, X(tick.Value), end);
            if (tick.Label != "") svg.Text("tick", X(tick.Value), end + 15, tick.Label, "middle");
        }
        for (int i = 0; i < rows.Count; i++)
        {
            double y = Top + i * Row + Row / 2;
            svg.Text("tick", Left - 6, y + 4, rows[i].Name, "end");
            if (rows[i].Bar is { } bar && bar >= axis.Min) svg.Rectangle(rows[i].IsOpen ? "b s2 open" : "b s2", Left, y - 6, X(bar) - Left, 12, rows[i].Hover);
            if (rows[i].Mark is { } mark && double.IsFinite(mark)) svg.Marker(Marker.Diamond, "m s1", X(Math.Max(mark, axis.Min)), y, 4, rows[i].Hover);
        }
        if (rule is { } limit && axis.Holds(limit.Value)) svg.Line("rule", X(limit.Value), Top, X(limit.Value), end);
        svg.Line("axis", Left, end, Width - Right, end);
        svg.Line("axis", Left, Top, Left, end);
        svg.Text("label", (Left + Width - Right) / 2, end + 35, axis.Label, "middle");
        return svg.ToString();
    }

    private static void Legend(Svg svg, string bar, string mark, string? rule)
    {
        double x = 12;
        svg.Marker(Marker.Diamond, "m s1", x + 6, 12, 4);
        svg.Text("key", x + 18, 16, mark);
        x += 32 + Svg.WidthOf(mark);
        svg.Rectangle("b s2", x, 7, 14, 10);
        svg.Text("key", x + 20, 16, bar);
        x += 34 + Svg.WidthOf(bar);
        if (rule is null) return;
        svg.Line("rule", x, 12, x + 16, 12);
        svg.Text("key", x + 22, 16, rule);
    }
}
