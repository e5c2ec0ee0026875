using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>Composes a part of a window from its intervals, with the vectors and Gramians that are wanted at the knots between them.</summary>
internal static class ComposedWindow
{
    /// <summary>The operators from knot <paramref name="first"/> to knot <paramref name="last"/>.</summary>
    /// <param name="source">The intervals.</param>
    /// <param name="first">The first knot.</param>
    /// <param name="last">The last knot.</param>
    /// <param name="carried">Vectors to carry and Gramians to keep, at knots counted from the first.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static Propagation Of(IntervalSource source, int first, int last, CarriedVectors carried, Backend backend, Action<double>? progress,
        CancellationToken cancellation) => Of(source, first, last, carried, backend, progress, new Composition(backend), cancellation);

    /// <summary>The same into a composition that the caller gives, and keeps.</summary>
    public static Propagation Of(IntervalSource source, int first, int last, CarriedVectors carried, Backend backend, Action<double>? progress,
        Composition composition, CancellationToken cancellation)
    {
        List<double[]> transported = carried.Start is { } start ? [start] : [], perInterval = [];
        var partial = new List<PartialGramian>();
        var (steps, nodes, counts) = (new List<FlowStep>(), new List<QuadratureNode>(), new List<int>());
        SolveReport? report = null;
        for (int k = 0; k < last - first; k++)
        {
            var interval = source.Get(first + k, cancellation);
            composition.Add(interval);
            if (carried.Start is not null) transported.Add(interval.Carry(transported[^1]));
            if (carried.PerInterval is { } each) perInterval.Add(interval.Carry(each[k]));
            if (carried.KeepGramianAt.Contains(k + 1)) partial.Add(Kept(composition, k + 1, carried.RespondTo, backend));
            int number = k;
            steps.AddRange(interval.Steps.Select(s => s with { Interval = number }));
            nodes.AddRange(interval.Nodes.Select(n => n with { Interval = number }));
            counts.Add(interval.Report.Steps);
            report = report is null ? interval.Report : Together(report, interval.Report);
            progress?.Invoke((k + 1.0) / (last - first));
        }
        return new Propagation
        {
            P = composition.P, W_S = composition.W_S, G_S = composition.G_S, G_Q = composition.G_Q, Nodes = nodes, Steps = steps, StepsPerInterval = counts,
            Transported = transported, IntervalTransported = perInterval, PartialGramians = partial, Error = composition.Error(), Report = report!,
        };
    }

    /// <summary>The same operators with another account of how they were made.</summary>
    public static Propagation With(Propagation p, SolveReport report) => new()
    {
        P = p.P, W_S = p.W_S, G_S = p.G_S, G_Q = p.G_Q, Nodes = p.Nodes, Steps = p.Steps, StepsPerInterval = p.StepsPerInterval,
        Transported = p.Transported, IntervalTransported = p.IntervalTransported, PartialGramians = p.PartialGramians, Error = p.Error, Report = report,
    };

    private static PartialGramian Kept(Composition c, int knot, DenseMatrix? respondTo, Backend backend)
    {
        var w = new DenseMatrix(c.W_S.RowCount, c.W_S.ColumnCount, (double[])c.W_S.Values.Clone());
        if (respondTo is null) return new PartialGramian(knot, w);
        var response = new DenseMatrix(c.G_Q.RowCount, respondTo.ColumnCount);
        backend.Gemm(Op.None, Op.None, 1, c.G_Q, respondTo, 0, response);
        return new PartialGramian(knot, w) { Response = response };
    }

    private static SolveReport Together(SolveReport a, SolveReport b) => new(a.Name == b.Name ? a.Name : $"{a.Name}, {b.Name}", a.Steps + b.Steps,
        a.Rejected + b.Rejected, Math.Max(a.Passes, b.Passes))
    {
        Method = ReferenceEquals(a.Method, b.Method) ? a.Method : null,
        Reason = a.Reason,
    };
}
