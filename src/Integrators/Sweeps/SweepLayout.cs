using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>How long steps are: they grow in proportion to the time since the window began, which resolves the decay of every mode equally well, and each
/// interval may ask for shorter ones.</summary>
/// <param name="Scheme">The scheme of every step.</param>
/// <param name="Tolerance">The tolerance of the whole.</param>
/// <param name="Growth">Length of a panel as a share of the time since the beginning.</param>
/// <param name="Rates">Bound of λ_max(BK) per interval.</param>
/// <param name="Refinement">Per interval: how many times shorter panels are than they would be.</param>
internal sealed record SweepLayout(SweepScheme Scheme, double Tolerance, double Growth, double[] Rates, double[] Refinement)
{
    // The first panel, in 1/λ times the growth: shorter than 1, so that steps are no longer in proportion while the fastest mode decays.
    private const double Beginning = 0.4;

    /// <summary>The steps of an interval; with <paramref name="halves"/> every panel is taken as two.</summary>
    public List<SweepStep> Interval(IReadOnlyList<double> knots, int interval, bool halves = false)
    {
        double start = knots[0], from = knots[interval], to = knots[interval + 1], rate = Rates[interval], time = from;
        // The node at the beginning: a step of no length.
        var steps = new List<SweepStep> { new(interval, from, 0, 0, rate, 0) };
        while (time < to)
        {
            double length = to - from, left = to - time;
            if (rate > 0) length = Math.Min(length, Growth * (time - start + Beginning / rate));
            length /= Refinement[interval];
            // No crumb at the end: what is left is shared.
            double count = Math.Ceiling(left / length - 1e-9);
            if (count <= 1) length = left;
            else if (count <= 3) length = left / count;
            int parts = halves ? 2 : 1;
            for (int part = 0; part < parts; part++) Panel(Scheme, steps, interval, time + part * length / parts, length / parts, rate);
            time = count <= 1 ? to : time + length;
        }
        return steps;
    }

    /// <summary>All steps.</summary>
    public SweepSteps Steps(IReadOnlyList<double> knots) =>
        new(Scheme.Name, Tolerance, [.. Enumerable.Range(0, knots.Count - 1).SelectMany(i => Interval(knots, i))]);

    /// <summary>Adds the steps of one panel, and its first weight to the node where it begins.</summary>
    public static void Panel(SweepScheme scheme, List<SweepStep> steps, int interval, double time, double length, double rate)
    {
        var rule = scheme.Rule;
        steps[^1] = steps[^1] with { Weight = steps[^1].Weight + length * rule.Weights[0] };
        for (int i = 1; i < rule.Nodes.Length; i++)
        {
            double h = (rule.Nodes[i] - rule.Nodes[i - 1]) * length;
            double begin = time + rule.Nodes[i - 1] * length;
            steps.Add(new SweepStep(interval, begin, h, scheme.At(begin).Degree(h * rate), rate, length * rule.Weights[i]));
        }
    }
}

/// <summary>A quadrature on [0, 1]: nodes lie equally far apart from end to end, all weights are positive, and steps go from node to node.</summary>
internal sealed record PanelRule(double[] Nodes, double[] Weights)
{
    /// <summary>Simpson's rule, order 4.</summary>
    public static PanelRule Simpson { get; } = new([0, 0.5, 1], [1.0 / 6, 4.0 / 6, 1.0 / 6]);

    /// <summary>Boole's rule, order 6, whose nodes lie equally far apart.</summary>
    public static PanelRule Boole { get; } = new([0, 0.25, 0.5, 0.75, 1], [7.0 / 90, 32.0 / 90, 12.0 / 90, 32.0 / 90, 7.0 / 90]);
}
