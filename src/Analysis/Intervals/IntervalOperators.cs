using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>P, W_S, G_S and G_Q of one interval between neighbouring checkpoints, integrated from the identity on its own: what windows are composed
/// of.</summary>
/// <param name="P">P(t_{k+1},t_k), N×N.</param>
/// <param name="W_S">W_S(t_k,t_{k+1}), N×N.</param>
/// <param name="G_S">G_S(t_{k+1},t_k), N×N.</param>
/// <param name="G_Q">G_Q(t_{k+1},t_k), M×N.</param>
/// <param name="Error">Estimated relative Frobenius errors.</param>
internal sealed record IntervalOperators(DenseMatrix P, DenseMatrix W_S, DenseMatrix G_S, DenseMatrix G_Q, IntegrationError Error)
{
    /// <summary>The errors on vectors of random signs; null where they were estimated otherwise.</summary>
    public ProbedErrors? ErrorOnProbes { get; init; }

    /// <summary>The steps whose nodes these are; their interval is 0.</summary>
    public required IReadOnlyList<FlowStep> Steps { get; init; }

    /// <summary>The quadrature nodes of W_S and G; their interval is 0.</summary>
    public required IReadOnlyList<QuadratureNode> Nodes { get; init; }

    /// <summary>How the integration went.</summary>
    public required SolveReport Report { get; init; }

    /// <summary>What intervals of recorded steps have beside the operators; null in flow.</summary>
    public StepParts? Recorded { get; init; }

    /// <summary>What the interval makes of a gradient at its start: P g, and what weight decay adds.</summary>
    public double[] Carry(double[] gradient)
    {
        double[] moved = VectorMath.Multiply(1, P, gradient);
        return Recorded?.Drift is { } drift ? VectorMath.Add(moved, drift.Gradient) : moved;
    }

    /// <summary>Of an integration over one interval.</summary>
    public static IntervalOperators Of(Propagation p) => new(p.P, p.W_S, p.G_S, p.G_Q, p.Error)
    {
        ErrorOnProbes = p.ErrorOnProbes, Steps = p.Steps, Nodes = p.Nodes, Report = p.Report,
    };

    /// <summary>As the matrices of a file.</summary>
    public Dictionary<string, DenseMatrix> ToMatrices()
    {
        var matrices = new Dictionary<string, DenseMatrix>
        {
            ["P"] = P, ["W_S"] = W_S, ["G_S"] = G_S, ["G_Q"] = G_Q,
            ["error"] = Row(Error.P, Error.W, Error.G),
            ["report"] = Row(Report.Steps, Report.Rejected, Report.Passes),
            ["steps"] = Table([.. Steps.Select(s => (s.Time, s.Length))]),
            ["nodes"] = Table([.. Nodes.Select(n => (n.Time, n.Weight))]),
        };
        MethodNames.Add(matrices, Report.Name);
        Recorded?.AddTo(matrices);
        if (ErrorOnProbes is { } e)
            foreach (var (name, matrix) in ((string, DenseMatrix)[])[("P V", e.Image), ("dP V", e.P), ("dW V", e.W_S), ("dG_S V", e.G_S), ("dG_Q V", e.G_Q),
                ("unresolved", Row(e.Unresolved))])
                matrices.Add(name, matrix);
        return matrices;
    }

    /// <summary>From the matrices of a file; null where they are not those of an interval of these sizes.</summary>
    /// <param name="matrices">What was read.</param>
    /// <param name="n">N = n·p, the number of stacked training outputs.</param>
    /// <param name="m">M = m·p, the number of stacked test outputs.</param>
    public static IntervalOperators? From(Dictionary<string, DenseMatrix> matrices, int n, int m)
    {
        if (Find("P", n, n) is not { } p || Find("W_S", n, n) is not { } w || Find("G_S", n, n) is not { } gs || Find("G_Q", m, n) is not { } gq
            || Find("error", 1, 3) is not { } error || Find("report", 1, 3) is not { } report
            || !matrices.TryGetValue("steps", out var steps) || !matrices.TryGetValue("nodes", out var nodes)
            || MethodNames.Find(matrices) is not { } name) return null;
        return new IntervalOperators(p, w, gs, gq, new IntegrationError(error.At(0, 0), error.At(0, 1), error.At(0, 2)))
        {
            ErrorOnProbes = matrices.TryGetValue("dP V", out var dp)
                ? new ProbedErrors(matrices["P V"], dp, matrices["dW V"], matrices["dG_S V"], matrices["dG_Q V"],
                    matrices["unresolved"].At(0, 0)) : null,
            Steps = [.. Enumerable.Range(0, steps.ColumnCount).Select(j => new FlowStep(0, steps.At(0, j), steps.At(1, j)))],
            Nodes = [.. Enumerable.Range(0, nodes.ColumnCount).Select(j => new QuadratureNode(0, nodes.At(0, j), nodes.At(1, j)))],
            Report = new SolveReport(name, (int)report.At(0, 0), (int)report.At(0, 1), (int)report.At(0, 2)) { Method = Methods.Find(name) },
            Recorded = StepParts.From(matrices),
        };

        DenseMatrix? Find(string key, int rows, int columns) =>
            matrices.TryGetValue(key, out var found) && found.RowCount == rows && found.ColumnCount == columns ? found : null;
    }

    private static DenseMatrix Row(params double[] values) => new(1, values.Length, values);

    private static DenseMatrix Table((double A, double B)[] pairs) => new(2, pairs.Length, [.. pairs.SelectMany(p => (double[])[p.A, p.B])]);
}
