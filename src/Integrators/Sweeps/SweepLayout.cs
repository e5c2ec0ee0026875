using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>How long steps are: they grow in proportion to the time since the window began, which resolves the decay of every mode equally well, and each
/// interval may ask for shorter ones.</summary>
/// <param name="Scheme">The scheme of every step.</param>
/// <param name="Tolerance">The tolerance of the whole.</param>
/// <param name="Growth">Length of a panel as a share of the time since the beginning, and of 1/λ at the beginning.</param>
/// <param name="Rates">Bound of λ_max(BK) per interval.</param>
/// <param name="Refinement">Per interval: how many times shorter panels are than they would be.</param>
internal sealed record SweepLayout(SweepScheme Scheme, double Tolerance, double Growth, double[] Rates, double[] Refinement)
{
    /// <summary>The steps of an interval; with <paramref name="halves"/> every panel is taken as two.</summary>
    public List<SweepStep> Interval(IReadOnlyList<double> knots, int interval, bool halves = false)
    {
        double start = knots[0], from = knots[interval], to = knots[interval + 1], rate = Rates[interval], time = from;
        var rule = PanelRule.Of(Scheme.Order);
        // The node at the beginning: a step of no length.
        var steps = new List<SweepStep> { new(interval, from, 0, 0, rate, 0) };
        while (time < to)
        {
            double length = to - from, left = to - time;
            if (rate > 0) length = Math.Min(length, Growth * (time - start + 1 / rate));
            length /= Refinement[interval];
            // No crumb at the end: what is left is shared.
            double count = Math.Ceiling(left / length - 1e-9);
            if (count <= 1) length = left;
            else if (count <= 3) length = left / count;
            int parts = halves ? 2 : 1;
            for (int part = 0; part < parts; part++) Panel(rule, steps, interval, time + part * length / parts, length / parts, rate);
            time = count <= 1 ? to : time + length;
        }
        return steps;
    }

    /// <summary>All steps.</summary>
    public SweepSteps Steps(IReadOnlyList<double> knots, bool halves = false) =>
        new(Scheme.Name, Tolerance, [.. Enumerable.Range(0, knots.Count - 1).SelectMany(i => Interval(knots, i, halves))]);

    private void Panel(PanelRule rule, List<SweepStep> steps, int interval, double time, double length, double rate)
    {
        steps[^1] = steps[^1] with { Weight = steps[^1].Weight + length * rule.Weights[0] };
        for (int i = 1; i < rule.Nodes.Length; i++)
        {
            double h = (rule.Nodes[i] - rule.Nodes[i - 1]) * length;
            steps.Add(new SweepStep(interval, time + rule.Nodes[i - 1] * length, h, Scheme.Degree(h * rate, Tolerance), rate, length * rule.Weights[i]));
        }
    }
}

/// <summary>A Lobatto rule on [0, 1]: both ends are nodes, all weights are positive, and steps go from node to node.</summary>
internal sealed record PanelRule(double[] Nodes, double[] Weights)
{
    private static readonly double s_inner = 0.5 * (1 - Math.Sqrt(0.2));

    private static readonly PanelRule s_simpson = new([0, 0.5, 1], [1.0 / 6, 4.0 / 6, 1.0 / 6]),
        s_four = new([0, s_inner, 1 - s_inner, 1], [1.0 / 12, 5.0 / 12, 5.0 / 12, 1.0 / 12]);

    /// <summary>The rule for steps of an order: Simpson's (order 4), or that of four nodes (order 6).</summary>
    public static PanelRule Of(int order) => order <= 2 ? s_simpson : s_four;
}
