using KernelFlow.Files;
using KernelFlow.Reporting;
using KernelFlow.Reporting.Charts;

namespace KernelFlow.WorkPrecision;

/// <summary>CPU seconds over the error of P, W_S and G_Q, three panels with the methods' names at the ends of their curves; rings mark what "auto"
/// chose.</summary>
internal static class StudyFigure
{
    private const double Left = 52, Panel = 270, Gap = 48, Top = 40, Plot = 300, Bottom = 44, LabelHeight = 11;

    private const string Style = """
        <style>
        svg { background: #ffffff; font-family: system-ui, sans-serif; }
        text { font-size: 11px; fill: #1d2127; } .tick, .label { fill: #505860; } .title { font-weight: 600; }
        .grid { stroke: #e3e6ea; stroke-width: 1; } .minor { stroke: #f2f4f6; } .axis { stroke: #8a929c; }
        .l { fill: none; stroke-width: 1.6; } .dash { stroke-dasharray: 4 3; } .m { stroke: none; } .auto { fill: none; stroke: #1d2127; stroke-width: 1.3; }
        .gauss { fill: #0072b2; } .l.gauss { fill: none; stroke: #0072b2; } .radau { fill: #00795a; } .l.radau { fill: none; stroke: #00795a; }
        .explicit { fill: #c24e00; } .l.explicit { fill: none; stroke: #c24e00; } .exponential { fill: #8c4a79; } .l.exponential { fill: none; stroke: #8c4a79; }
        .peer { fill: #5c636b; } .l.peer { fill: none; stroke: #5c636b; }
        @media (prefers-color-scheme: dark) {
        svg { background: #14171b; } text { fill: #e8eaed; } .tick,
            .label { fill: #a4acb8; } .grid { stroke: #2a2f37; } .minor { stroke: #1f242a; } .axis { stroke: #5a636e; } .auto { stroke: #e8eaed; }
        .gauss { fill: #56b4e9; } .l.gauss { stroke: #56b4e9; } .radau { fill: #35c79f; } .l.radau { stroke: #35c79f; } .explicit { fill: #f08a4b; } .l.explicit { stroke: #f08a4b; }
        .exponential { fill: #d99bc6; } .l.exponential { stroke: #d99bc6; } .peer { fill: #a4acb8; } .l.peer { stroke: #a4acb8; } }
        </style>
        """;

    private static readonly IReadOnlyDictionary<string, (string Family, Marker Marker, string Short)> _looks = new Dictionary<string,
        (string, Marker, string)>(StringComparer.Ordinal)
    {
        ["gauss-2"] = ("gauss", Marker.Triangle, "gauss-2"),
        ["gauss-4"] = ("gauss", Marker.Square, "gauss-4"),
        ["gauss-6"] = ("gauss", Marker.Circle, "gauss-6"),
        ["radau-3"] = ("radau", Marker.Square, "radau-3"),
        ["radau-5"] = ("radau", Marker.Circle, "radau-5"),
        ["dopri5"] = ("explicit", Marker.Triangle, "dopri5"),
        ["tsit5"] = ("explicit", Marker.Square, "tsit5"),
        ["dop853"] = ("explicit", Marker.Circle, "dop853"),
        ["rkc2"] = ("explicit", Marker.Diamond, "rkc2"),
        ["exponential-midpoint"] = ("exponential", Marker.Triangle, "exp-mid"),
        ["magnus-4"] = ("exponential", Marker.Circle, "magnus-4"),
    };

    /// <summary>The drawing of one problem, or null when nothing was measured.</summary>
    public static string? Draw(StudyResults results, ProblemFacts problem)
    {
        (string Title, Func<Errors, double> Of)[] panels = [("P", e => e.P), ("W_S", e => e.W), ("G_Q", e => e.G)];
        var curves = results.Methods.Select(m => (Name: m, Points: results.Curve(problem.Name, m).ToList()))
            .Concat(results.Peers.Where(p => p.Problem == problem.Name && p.Done && p.Columns == 0).GroupBy(p => p.Method)
                .Select(g => (Name: g.Key, Points: g.ToList())))
            .Where(c => c.Points.Count > 0).ToList();
        if (curves.Count == 0) return null;
        var all = curves.SelectMany(c => c.Points).ToList();
        var y = Axis.Log("CPU seconds", all.Select(p => p.Seconds.Cpu));
        double width = Left + 3 * Panel + 3 * Gap, height = Top + Plot + Bottom;
        var svg = new Svg(width, height, new FigureHead($"work-precision-{problem.Name}", $"Work and precision on {problem.Name}",
            $"CPU seconds over the relative error of P, W_S and G_Q on {problem.Name}, one curve per method; the same figures are in points.csv."));
        for (int k = 0; k < panels.Length; k++)
        {
            double left = Left + k * (Panel + Gap);
            var x = Axis.Log($"relative error of {panels[k].Title}", all.Select(p => Math.Max(panels[k].Of(p.Errors), 1e-15)), 16);
            Frame(svg, x, y, left, panels[k].Title);
            Curves(svg, x, y, left, curves, panels[k].Of);
            foreach (var p in results.Curve(problem.Name, "auto"))
            {
                var ring = results.Curve(problem.Name, p.Resolved).FirstOrDefault(q => q.Rtol == p.Rtol) ?? p;
                svg.Marker(Marker.Circle, "auto", left + Panel * x.Share(Clip(panels[k].Of(ring.Errors))), Y(y, ring.Seconds.Cpu), 5.5,
                    $"auto, rtol {NumberText.Short(p.Rtol)}: {p.Resolved}");
            }
        }
        svg.Marker(Marker.Circle, "auto", Left + 3 * Panel + 2 * Gap - 96, 12, 5.5);
        svg.Text("key", Left + 3 * Panel + 2 * Gap - 84, 16, "choice of auto");
        string text = svg.ToString();
        const string Head = "</desc>\n";
        return text.Replace(Head, Head + Style + "\n", StringComparison.Ordinal);
    }

    private static void Frame(Svg svg, Axis x, Axis y, double left, string title)
    {
        svg.Text("title", left, 18, title);
        foreach (var tick in x.Ticks)
        {
            double at = left + Panel * x.Share(tick.Value);
            svg.Line(tick.Label == "" ? "grid minor" : "grid", at, Top, at, Top + Plot);
            if (tick.Label != "") svg.Text("tick", at, Top + Plot + 15, tick.Label, "middle");
        }
        foreach (var tick in y.Ticks)
        {
            svg.Line(tick.Label == "" ? "grid minor" : "grid", left, Y(y, tick.Value), left + Panel, Y(y, tick.Value));
            if (tick.Label != "") svg.Text("tick", left - 6, Y(y, tick.Value) + 4, tick.Label, "end");
        }
        svg.Line("axis", left, Top + Plot, left + Panel, Top + Plot);
        svg.Line("axis", left, Top, left, Top + Plot);
        svg.Text("label", left + Panel / 2, Top + Plot + 34, x.Label, "middle");
        if (left == Left) svg.Text("label", 13, Top + Plot / 2, y.Label, "middle", -90);
    }

    // Small errors on the left: a curve that ends high on the left is dear; its name stands there.
    private static void Curves(Svg svg, Axis x, Axis y, double left, IReadOnlyList<(string Name, List<StudyPoint> Points)> curves, Func<Errors, double> of)
    {
        var labels = new List<(double X, double Y, string Name, string Family)>();
        foreach (var (name, points) in curves)
        {
            var (family, marker, text) = _looks.TryGetValue(name, out var look) ? look : ("peer", Marker.Diamond, name);
            var places = points.OrderByDescending(p => p.Rtol).Select(p => (X: left + Panel * x.Share(Clip(of(p.Errors))), Y: Y(y, p.Seconds.Cpu),
                Point: p)).ToList();
            svg.Path($"l {family}{(family == "peer" ? " dash" : "")}", [.. places.Select(p => (p.X, p.Y))]);
            foreach (var p in places)
                svg.Marker(marker, $"m {family}", p.X, p.Y, 2.6,
                    $"{text}, rtol {NumberText.Short(p.Point.Rtol)}: error {NumberText.Short(of(p.Point.Errors))}, {NumberText.Short(p.Point.Seconds.Cpu)} s, {p.Point.Steps} steps");
            labels.Add((places[^1].X, places[^1].Y, text, family));
        }
        Place(svg, labels, left);
    }

    // From the top down, each name below the last one that it would touch.
    private static void Place(Svg svg, List<(double X, double Y, string Name, string Family)> labels, double left)
    {
        var placed = new List<(double From, double To, double Y)>();
        foreach (var label in labels.OrderBy(l => l.Y))
        {
            double width = Svg.WidthOf(label.Name) - 4, from = Math.Max(left + 2, label.X - width / 2), y = label.Y - 7;
            if (from + width > left + Panel + Gap - 8) from = left + Panel + Gap - 8 - width;
            y = Math.Max(y, Top - 4);
            while (placed.Any(p => p.From < from + width + 3 && from < p.To + 3 && Math.Abs(p.Y - y) < LabelHeight)) y += 1;
            placed.Add((from, from + width, y));
            svg.Text(label.Family, from, y, label.Name);
        }
    }

    private static double Clip(double error) => Math.Max(error, 1e-15);

    private static double Y(Axis y, double seconds) => Top + Plot * (1 - y.Share(seconds));
}
