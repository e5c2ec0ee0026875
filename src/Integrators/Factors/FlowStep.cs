using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>One accepted step of a collocation method.</summary>
/// <param name="Interval">The interval it lies in.</param>
/// <param name="Time">t at its start.</param>
/// <param name="Length">h.</param>
internal readonly record struct FlowStep(int Interval, double Time, double Length)
{
    // Times and weights of nodes are stored rounded; a grid of another method is off by far more.
    private const double Slack = 1e-9;

    /// <summary>The steps behind the nodes of an integration: s nodes each, at t + c_i h with weights b_i h.</summary>
    /// <exception cref="ArgumentException">The nodes are not those of the tableau.</exception>
    public static FlowStep[] Of(IReadOnlyList<QuadratureNode> nodes, CollocationTableau tableau)
    {
        int s = tableau.Stages;
        if (nodes.Count == 0 || nodes.Count % s != 0) throw new ArgumentException($"{nodes.Count} nodes are not steps of {tableau.Name} with {s} each.", nameof(nodes));
        var steps = new FlowStep[nodes.Count / s];
        for (int k = 0; k < steps.Length; k++)
        {
            double h = 0;
            for (int i = 0; i < s; i++) h += nodes[k * s + i].Weight;
            var first = nodes[k * s];
            double t = first.Time - tableau.C[0] * h;
            for (int i = 0; i < s; i++)
            {
                var node = nodes[k * s + i];
                bool fits = node.Interval == first.Interval && Math.Abs(node.Weight - tableau.B[i] * h) <= Slack * h && Math.Abs(node.Time - t - tableau.C[i] * h) <= Slack * Math.Max(h, Math.Abs(t));
                if (!fits || !(h > 0)) throw new ArgumentException(FormattableString.Invariant($"Node {k * s + i} at t = {node.Time} is not node {i + 1} of a step of {tableau.Name}."), nameof(nodes));
            }
            steps[k] = new FlowStep(first.Interval, t, h);
        }
        return steps;
    }
}
