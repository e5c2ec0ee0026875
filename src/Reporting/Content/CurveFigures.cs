using KernelFlow.Files;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>Where label noise went, what the population-risk gate lets through, and what examples did.</summary>
internal static class CurveFigures
{
    private const int MostLayers = 4;

    /// <summary>Share of noise, clean signal and g(s) in the signal channel over T.</summary>
    public static Figure Noise(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (analysis.NoisePlacement.OrNull() is not { Points.Count: > 0 } noise) return figure.Without(Why(analysis.NoisePlacement.Reason,
            "Label noise was not looked for."));
        var (axis, later) = Drawn.TimeAxis([.. noise.Points.Select(p => p.Time)]);
        bool dissipated = noise.Points.All(p => p.Noise.Dissipated is not null && p.Clean.Dissipated is not null);
        double Of(Placement p) => dissipated ? p.Dissipated!.Value : p.SignalShare;
        string what = dissipated ? "dissipated share" : "share in the signal channel";
        var last = noise.Points[^1];
        var head = figure.Head($"At T = {Short(last.Time, 5)}, {what}: noise {Short(Of(last.Noise))}, clean signal {Short(Of(last.Clean))}, g(s) "
            + $"{Short(Of(last.Gradient))}");
        var chart = new Chart(axis, Axis.Linear(what, noise.Points.SelectMany(p => (double[])[Of(p.Noise), Of(p.Clean), Of(p.Gradient), 0, 1])), head);
        void Line(string name, int series, Marker marker, string dash, Func<NoisePoint, Placement> part) =>
            chart.Line(name, series, noise.Points.Select(p => new Point(p.Time, Of(part(p)),
                $"T = {Short(p.Time, 5)}: {name} {Short(Of(part(p)))} ({Percent(part(p).SignalShare)} in the signal channel)")), marker, dash);
        Line("noise", 2, Marker.Diamond, "", p => p.Noise);
        Line("clean signal", 1, Marker.Circle, "", p => p.Clean);
        Line("g(s)", 5, Marker.Square, "dash", p => p.Gradient);
        string shown = dissipated ? "2β vᵀW_S(s,T)v/‖v‖²: how much of each part's energy training has removed"
            : "Share of each part in modes of W_S(s,T) at or above the threshold";
        return Figure.Of(head, chart, $"{Count(noise.NoisyExamples)} labels were changed (told by {noise.Division}). "
            + $"{shown}. Noise below the clean signal means that training takes up the signal first." + later);
    }

    /// <summary>Share of parameters that pass the gate, per layer, over t.</summary>
    public static Figure Gate(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (analysis.RiskGate.OrNull() is not { Points.Count: > 0 } gate) return figure.Without(Why(analysis.RiskGate.Reason,
            "The population-risk gate was not computed."));
        var (axis, later) = Drawn.TimeAxis([.. gate.Points.Select(p => p.Time)]);
        var shown = gate.Points.Where(p => axis.Holds(p.Time)).ToArray();
        var last = gate.Points[^1];
        var head = figure.Head($"Share of parameters that pass at t = {Short(last.Time, 5)}: {Short(last.Share)} of all; they hold "
            + $"{Short(last.GradientShare)} of the square of the gradient");
        var chart = new Chart(axis, Axis.Linear("share", [0, 1]), head);
        chart.Line("gradient kept", 5, shown.Where(p => p.GradientShare is not null).Select(p =>
            new Point(p.Time, p.GradientShare!.Value, $"t = {Short(p.Time, 5)}: {Percent(p.GradientShare)} of ‖μ‖² kept")), Marker.Plus, "dash");
        if (gate.Layers.Count == 1) chart.Line("parameters", 1, shown.Select(p =>
            new Point(p.Time, p.Share, $"t = {Short(p.Time, 5)}: {Percent(p.Share)} of the parameters pass")));
        else
            for (int l = 0; l < Math.Min(MostLayers, gate.Layers.Count); l++)
            {
                var (layer, at) = (gate.Layers[l], l);
                var points = shown.Select(p => new Point(p.Time, p.PerLayer[at],
                    $"{LayerName(layer.Name)}, t = {Short(p.Time, 5)}: {Percent(p.PerLayer[at])} of {Count(layer.Parameters)} parameters pass"));
                chart.Line(Drawn.Shorten(LayerName(layer.Name), 24), l + 1, points, (Marker)(l % 4));
            }
        return Figure.Of(head, chart, "Share of parameters whose mean per-example gradient exceeds its own noise, μ² > σ²/(b−1), and the share of the "
            + "full gradient's square that they hold."
            + (gate.Layers.Count > MostLayers ? $" The first {Count(MostLayers)} of {Count(gate.Layers.Count)} layers; tables/risk-gate.csv has all." : "")
            + later);
    }

    /// <summary>Self-influence against test contribution of every example.</summary>
    public static Figure Influence(ReportFigure figure, ReservoirAnalysis analysis)
    {
        if (analysis.Influence.OrNull() is not { Examples.Count: > 0 } influence) return figure.Without("The influence of examples was not computed.");
        var examples = influence.Examples;
        int most = Enumerable.Range(0, examples.Count).MaxBy(i => examples[i].TestContribution);
        var head = figure.Head($"Self-influence and test contribution of {Count(examples.Count)} examples; example {Count(most)} moved the test outputs "
            + $"most, by {Short(examples[most].TestContribution)}");
        var chart = new Chart(Axis.Log("self-influence gᵢᵀ(W_S)ᵢᵢgᵢ", examples.Select(e => e.SelfInfluence), 8),
            Axis.Log("test contribution ‖G_QEᵢgᵢ‖", examples.Select(e => e.TestContribution), 8), head);
        var changed = influence.Changed.Map(c => c.ToHashSet()).OrDefault([]);
        Point At(int i) => new(examples[i].SelfInfluence, examples[i].TestContribution,
            $"example {Count(i)}{(changed.Contains(i) ? ", changed label" : "")}: self-influence {Short(examples[i].SelfInfluence)}, test contribution "
                + $"{Short(examples[i].TestContribution)}, ‖g‖ {Short(examples[i].Gradient)}");
        int[] thinned = [.. Drawn.Thin(examples.Count)];
        chart.Points("example", 1, thinned.Where(i => !changed.Contains(i)).Select(At));
        if (changed.Count > 0) chart.Points("changed label", 2, thinned.Where(changed.Contains).Select(At), Marker.Diamond, 2.8);
        return Figure.Of(head, chart, "Right: its gradient lowered its own loss much, as that of a mislabelled or unusual example does. Top: it moved "
            + $"the test outputs far. {Marked(influence)}To first order along the recorded path; retraining without it would change the path itself."
            + Drawn.Missing(chart, "are zero or far below"));
    }

    private static string Marked(InfluenceResult influence)
    {
        if (!influence.Changed.TryGet(out var changed)) return "";
        if (changed.Count == 0) return "No label was changed. ";
        double[] Of(bool marked) => [.. influence.Examples.Where((_, i) => changed.Contains(i) == marked).Select(e => e.SelfInfluence).Order()];
        var (there, rest) = (Of(true), Of(false));
        return rest.Length == 0 ? "Every label was changed. " : $"The {Count(changed.Count)} changed labels have a median self-influence of "
            + $"{Short(there[there.Length / 2])}, the others one of {Short(rest[rest.Length / 2])}. ";
    }

    // Most networks count their layers: a number alone says nothing in a legend.
    private static string LayerName(string name) => name.All(char.IsAsciiDigit) ? $"layer {name}" : name;

    private static string Why(string? reason, string otherwise) => reason is null or Known.NotComputed ? otherwise
        : $"There is nothing to draw: {reason.TrimEnd('.')}.";
}
