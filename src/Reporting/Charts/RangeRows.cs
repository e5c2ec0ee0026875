namespace KernelFlow.Reporting.Charts;

/// <summary>One mark on a row.</summary>
/// <param name="Series">Index of the series it belongs to.</param>
/// <param name="Value">Where; a value of 0 or below cannot be drawn on a logarithmic axis.</param>
/// <param name="IsHollow">Whether only its outline is drawn: a number that is measured and not judged.</param>
public readonly record struct RowMark(int Series, double Value, bool IsHollow = false);

/// <summary>One named row: a bar up to a value, a thin line beyond it, and marks, on a shared logarithmic axis.</summary>
/// <param name="Name">Left of the row.</param>
/// <param name="Bar">Length of the bar; null for none.</param>
/// <param name="IsOpen">Whether the bar is only a lower bound.</param>
/// <param name="Reach">How far the thin line goes; null for none.</param>
/// <param name="Marks">What stands on the row.</param>
/// <param name="Hover">What the row says when pointed at.</param>
public sealed record RangeRow(string Name, double? Bar, bool IsOpen, double? Reach, IReadOnlyList<RowMark> Marks, string Hover);

/// <summary>A kind of mark.</summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Marker">The shape of the mark.</param>
/// <param name="CssClass">Its colour class.</param>
/// <param name="Size">Half the width of the mark.</param>
public sealed record RowSeries(string Name, Marker Marker, string CssClass, double Size);

/// <summary>Rows of bars and marks: errors against their budgets.</summary>
public static class RangeRows
{
    private const double Width = 440, Left = 132, Right = 16, Row = 24, Bottom = 42, LegendLine = 17;

    /// <summary>The finished drawing as SVG.</summary>
    /// <param name="axis">Shared logarithmic axis.</param>
    /// <param name="rows">Rows, top to bottom.</param>
    /// <param name="series">The kinds of marks.</param>
    /// <param name="barName">What the bars are.</param>
    /// <param name="reachName">What the thin lines are.</param>
    /// <param name="rule">A value to mark across all rows, with its name.</param>
    /// <param name="head">Identity and text alternative.</param>
    public static string Draw(Axis axis, IReadOnlyList<RangeRow> rows, IReadOnlyList<RowSeries> series, string barName, string? reachName,
        (double Value, string Name)? rule, FigureHead head)
    {
        ArgumentNullException.ThrowIfNull(axis);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(barName);
        ArgumentNullException.ThrowIfNull(head);
        var legend = new Legend(Width, 12, Right);
        foreach (var s in series) legend.Add(s.Name, (svg, x, y) => svg.Marker(s.Marker, s.CssClass, x, y, Math.Min(s.Size, 4)));
        legend.Add(barName, (svg, x, y) => svg.Rectangle("b s4 pale", x - 7, y - 5, 14, 10));
        foreach (int hollow in rows.SelectMany(r => r.Marks).Where(m => m.IsHollow).Select(m => m.Series).Distinct())
            legend.Add($"{series[hollow].Name}, not judged", (svg, x, y) =>
                svg.Marker(series[hollow].Marker, series[hollow].CssClass + " hollow", x, y, Math.Min(series[hollow].Size, 4)));
        if (reachName is not null) legend.Add(reachName, (svg, x, y) => svg.Line("reach", x - 9, y, x + 9, y));
        if (rule is { } named) legend.Add(named.Name, (svg, x, y) => svg.Line("rule", x - 9, y, x + 9, y));

        double top = 14 + legend.Rows * LegendLine, end = top + rows.Count * Row;
        double X(double v) => Left + (Width - Left - Right) * axis.Share(v);
        var drawing = new Svg(Width, end + Bottom, head);
        legend.Draw(drawing);
        foreach (var tick in axis.Ticks)
        {
            drawing.Line(tick.Label == "" ? "grid minor" : "grid", X(tick.Value), top, X(tick.Value), end);
            if (tick.Label != "") drawing.Text("tick", X(tick.Value), end + 15, tick.Label, "middle");
        }
        for (int i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            double y = top + i * Row + Row / 2;
            drawing.Text("tick", Left - 6, y + 4, row.Name, "end");
            if (row.Reach is { } reach && reach >= axis.Min) drawing.Line("reach", Left, y, X(reach), y);
            if (row.Bar is { } bar && bar >= axis.Min)
                drawing.Rectangle(row.IsOpen ? "b s4 pale open" : "b s4 pale", Left, y - 7, X(bar) - Left, 14, row.Hover);
            foreach (var mark in row.Marks)
                if (mark.Value > 0 && double.IsFinite(mark.Value) && mark.Value >= axis.Min)
                    drawing.Marker(series[mark.Series].Marker, series[mark.Series].CssClass + (mark.IsHollow ? " hollow" : ""), X(mark.Value), y,
                        series[mark.Series].Size, row.Hover);
        }
        if (rule is { } limit && axis.Holds(limit.Value)) drawing.Line("rule", X(limit.Value), top, X(limit.Value), end);
        drawing.Line("axis", Left, end, Width - Right, end);
        drawing.Line("axis", Left, top, Left, end);
        drawing.Text("label", (Left + Width - Right) / 2, end + 35, axis.Label, "middle");
        return drawing.ToString();
    }
}
