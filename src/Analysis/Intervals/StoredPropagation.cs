using KernelFlow.Analysis.Cache;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>A composed window as an entry of the cache: composing costs several products for each interval, reading next to nothing.</summary>
internal static class StoredPropagation
{
    private const string Kind = "window";

    /// <summary>The window from the cache, or composed and kept.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="source">The intervals, whose keys are that of the window.</param>
    /// <param name="carried">What is carried along with it.</param>
    /// <param name="compose">Composes it.</param>
    public static Propagation Of(RunCache cache, IntervalSource source, CarriedVectors carried, Func<Propagation> compose)
    {
        double[] vectors = [.. carried.Start ?? [], .. carried.PerInterval?.SelectMany(v => v) ?? [], .. carried.RespondTo?.Values ?? []];
        var key = cache.Key(Kind, ("intervals", source.KeyOf(0, source.Count)), ("vectors", RunCache.SumOf(vectors)),
            ("kept", string.Join(" ", carried.KeepGramianAt)));
        if (cache.TryRead(key) is { } matrices && From(matrices, carried.KeepGramianAt) is { } found) return found;
        var composed = compose();
        cache.Write(key, ToMatrices(composed));
        return composed;
    }

    private static Dictionary<string, DenseMatrix> ToMatrices(Propagation p)
    {
        var matrices = new Dictionary<string, DenseMatrix>
        {
            ["P"] = p.P, ["W_S"] = p.W_S, ["G_S"] = p.G_S, ["G_Q"] = p.G_Q,
            ["error"] = Table(3, [p.Error.P, p.Error.W, p.Error.G]),
            ["report"] = Table(3, [p.Report.Steps, p.Report.Rejected, p.Report.Passes]),
            ["steps"] = Table(3, [.. p.Steps.SelectMany(s => (double[])[s.Interval, s.Time, s.Length])]),
            ["nodes"] = Table(3, [.. p.Nodes.SelectMany(n => (double[])[n.Interval, n.Time, n.Weight])]),
            ["counts"] = Table(1, [.. p.StepsPerInterval.Select(c => (double)c)]),
            ["transported"] = Table(p.P.RowCount, [.. p.Transported.SelectMany(v => v)]),
            ["perInterval"] = Table(p.P.RowCount, [.. p.IntervalTransported.SelectMany(v => v)]),
        };
        MethodNames.Add(matrices, p.Report.Name);
        foreach (var partial in p.PartialGramians)
        {
            matrices.Add($"W_S {partial.Knot}", partial.W_S);
            if (partial.Response is { } response) matrices.Add($"response {partial.Knot}", response);
        }
        return matrices;
    }

    private static Propagation? From(Dictionary<string, DenseMatrix> m, IReadOnlyList<int> kept)
    {
        if (MethodNames.Find(m) is not { } name || kept.Any(k => !m.ContainsKey($"W_S {k}"))) return null;
        var (error, report) = (m["error"].Values, m["report"].Values);
        return new Propagation
        {
            P = m["P"], W_S = m["W_S"], G_S = m["G_S"], G_Q = m["G_Q"],
            Error = new IntegrationError(error[0], error[1], error[2]),
            Report = new SolveReport(name, (int)report[0], (int)report[1], (int)report[2]) { Method = Methods.Find(name) },
            Steps = [.. Columns(m["steps"]).Select(c => new FlowStep((int)c[0], c[1], c[2]))],
            Nodes = [.. Columns(m["nodes"]).Select(c => new QuadratureNode((int)c[0], c[1], c[2]))],
            StepsPerInterval = [.. m["counts"].Values.Select(c => (int)c)],
            Transported = [.. Columns(m["transported"])],
            IntervalTransported = [.. Columns(m["perInterval"])],
            PartialGramians = [.. kept.Select(k => new PartialGramian(k, m[$"W_S {k}"]) { Response = m.GetValueOrDefault($"response {k}") })],
        };
    }

    private static IEnumerable<double[]> Columns(DenseMatrix a) =>
        Enumerable.Range(0, a.ColumnCount).Select(j => a.Values[(j * a.RowCount)..((j + 1) * a.RowCount)]);

    private static DenseMatrix Table(int rows, double[] values) => new(rows, values.Length / rows, values);
}
