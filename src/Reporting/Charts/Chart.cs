namespace KernelFlow.Reporting.Charts;

/// <summary>A point to draw.</summary>
/// <param name="X">Along the x axis.</param>
/// <param name="Y">Along the y axis.</param>
/// <param name="Hover">What it says when pointed at.</param>
public readonly record struct Point(double X, double Y, string Hover);

/// <summary>Two axes and what is drawn between them: points, lines, bars, rules. Series are told apart by colour class and by shape or dash.</summary>
public sealed class Chart
{
    private const double Width = 440, Left = 58, Right = 14, Bottom = 46, Plot = 210, LegendLine = 17;

    private readonly Axis _x, _y;
    private readonly FigureHead _head;
    private readonly List<Action<Svg>> _drawings = [];
    private readonly Legend _legend = new(Width, Left, Right);
    private double _top = 12;

    /// <summary>Makes an empty chart.</summary>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    /// <param name="head">Identity and text alternative.</param>
    public Chart(Axis x, Axis y, FigureHead head)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(head);
        (_x, _y, _head) = (x, y, head);
    }

    /// <summary>Values that the axes could not hold (zero on a logarithmic axis, for instance).</summary>
    public int Dropped { get; private set; }

    /// <summary>Values that are drawn.</summary>
    public int Shown { get; private set; }

    /// <summary>A series of points that no line connects.</summary>
    public Chart Points(string name, int series, IEnumerable<Point> points, Marker marker = Marker.Circle, double size = 2.6)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(points);
        var drawn = Drawable(points);
        _drawings.Add(svg =>
        {
            foreach (var p in drawn) svg.Marker(marker, $"m s{series}", X(p.X), Y(p.Y), size, p.Hover);
        });
        _legend.Add(name, (svg, x, y) => svg.Marker(marker, $"m s{series}", x, y, 3.4));
        return this;
    }

    /// <summary>A line through the points, in their order, with a small marker on each, or on every k-th. The dash is "", "dash" or "dots".</summary>
    public Chart Line(string name, int series, IEnumerable<Point> points, Marker marker = Marker.Circle, string dash = "", bool markers = true,
        int markEvery = 1)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(dash);
        var drawn = Drawable(points);
        string css = $"l s{series} {dash}".TrimEnd();
        _drawings.Add(svg =>
        {
            svg.Path(css, [.. drawn.Select(p => (X(p.X), Y(p.Y)))]);
            if (!markers && drawn.Count != 1) return;
            for (int i = 0; i < drawn.Count; i += markEvery) svg.Marker(marker, $"m s{series}", X(drawn[i].X), Y(drawn[i].Y), 2.2, drawn[i].Hover);
        });
        _legend.Add(name, (svg, x, y) =>
        {
            svg.Line(css, x - 9, y, x + 9, y);
            if (markers) svg.Marker(marker, $"m s{series}", x, y, 2.6);
        });
        return this;
    }

    /// <summary>Bars from the lower end of the axis, each over its own stretch of x.</summary>
    public Chart Bars(string name, int series, IEnumerable<(double From, double To, double Y, string Hover)> bars)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(bars);
        var drawn = bars.Where(b => double.IsFinite(b.Y) && b.Y >= _y.Min && b.To > _x.Min).ToArray();
        Shown += drawn.Length;
        _drawings.Add(svg =>
        {
            foreach (var b in drawn)
            {
                double left = X(b.From), right = X(b.To), top = Y(Math.Min(b.Y, _y.Max));
                svg.Rectangle($"b s{series}", left, top, Math.Max(1, right - left - 0.6), _top + Plot - top, b.Hover);
            }
        });
        _legend.Add(name, (svg, x, y) => svg.Rectangle($"b s{series}", x - 6, y - 4, 12, 8));
        return this;
    }

    /// <summary>A dashed horizontal line with its meaning.</summary>
    public Chart Rule(string name, double y)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_y.Holds(y)) return this;
        _drawings.Add(svg => svg.Line("rule", Left, Y(y), Width - Right, Y(y)));
        _legend.Add(name, (svg, x, yy) => svg.Line("rule", x - 9, yy, x + 9, yy));
        return this;
    }

    /// <summary>A dashed vertical line with its meaning.</summary>
    public Chart UprightRule(string name, double x)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_x.Holds(x)) return this;
        _drawings.Add(svg => svg.Line("rule", X(x), _top, X(x), _top + Plot));
        _legend.Add(name, (svg, xx, y) => svg.Line("rule", xx - 9, y, xx + 9, y));
        return this;
    }

    /// <summary>The line on which both axes are equal.</summary>
    public Chart Diagonal(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        double low = Math.Max(_x.Min, _y.Min), high = Math.Min(_x.Max, _y.Max);
        _drawings.Add(svg => svg.Line("rule", X(low), Y(low), X(high), Y(high)));
        _legend.Add(name, (svg, x, y) => svg.Line("rule", x - 9, y, x + 9, y));
        return this;
    }

    /// <summary>The finished drawing as SVG.</summary>
    public override string ToString()
    {
        _top = 12 + _legend.Rows * LegendLine;
        var svg = new Svg(Width, _top + Plot + Bottom, _head);
        _legend.Draw(svg);
        Frame(svg);
        foreach (var draw in _drawings) draw(svg);
        return svg.ToString();
    }

    private void Frame(Svg svg)
    {
        foreach (var tick in _x.Ticks)
        {
            svg.Line(tick.Label == "" ? "grid minor" : "grid", X(tick.Value), _top, X(tick.Value), _top + Plot);
            if (tick.Label != "") svg.Text("tick", X(tick.Value), _top + Plot + 18, tick.Label, "middle");
        }
        foreach (var tick in _y.Ticks)
        {
            svg.Line(tick.Label == "" ? "grid minor" : "grid", Left, Y(tick.Value), Width - Right, Y(tick.Value));
            if (tick.Label != "") svg.Text("tick", Left - 6, Y(tick.Value) + 4, tick.Label, "end");
        }
        svg.Line("axis", Left, _top + Plot, Width - Right, _top + Plot);
        svg.Line("axis", Left, _top, Left, _top + Plot);
        svg.Text("label", (Left + Width - Right) / 2, _top + Plot + 38, _x.Label, "middle");
        svg.Text("label", 13, _top + Plot / 2, _y.Label, "middle", -90);
    }

    private List<Point> Drawable(IEnumerable<Point> points)
    {
        var all = points.ToList();
        var drawn = all.Where(p => _x.Holds(p.X) && _y.Holds(p.Y)).ToList();
        Dropped += all.Count - drawn.Count;
        Shown += drawn.Count;
        return drawn;
    }

    private double X(double value) => Left + (Width - Left - Right) * _x.Share(value);

    private double Y(double value) => _top + Plot * (1 - _y.Share(value));
}
