using System.Collections.Immutable;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Step of an explicit Runge–Kutta method; X at Gauss–Legendre nodes from its dense output.</summary>
internal sealed class ExplicitStep : NodalStepMethod
{
    private readonly ExplicitTableau _tableau;
    private readonly FlowSlope _slope;
    private readonly MatrixView[] _k, _y; // h·f at the stages; X at the nodes
    private readonly double[][] _nodeWeights;
    private readonly double[] _embeddedWeights;
    private readonly MatrixView _stage, _embedded;
    private int _columns;

    public ExplicitStep(ExplicitTableau tableau, KernelTrajectory trajectory, int columns, Backend backend) : base(trajectory)
    {
        _tableau = tableau;
        int n = trajectory.TrainSize;
        _slope = new FlowSlope(trajectory, columns, backend);
        _k = [.. tableau.C.Select(_ => Buffers.Zero(n, columns))];
        _y = [.. tableau.Nodes.Select(_ => Buffers.Zero(n, columns))];
        _stage = Buffers.Zero(n, columns);
        _embedded = Buffers.Zero(n, ColumnLayout.Probes);
        _nodeWeights = [.. tableau.Nodes.Select(theta => Enumerable.Range(0, tableau.C.Length).Select(i => tableau.DenseWeight(i, theta)).ToArray())];
        _embeddedWeights = Enumerable.Range(0, tableau.C.Length).Select(i => At(tableau.B, i) - At(tableau.Embedded, i)).ToArray();
    }

    internal override bool StepsInPlace => true;

    public override ReadOnlySpan<double> Nodes => _tableau.Nodes.AsSpan();

    public override ReadOnlySpan<double> Weights => _tableau.Weights.AsSpan();

    public override MatrixView AtNode(int i) => _y[i].ColumnRange(0, _columns);

    internal override bool TryEmbedded(out MatrixView difference)
    {
        difference = _embedded;
        return true;
    }

    public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
    {
        double t = step.Time, h = step.Length;
        _columns = x.Columns;
        var stage = _stage.ColumnRange(0, _columns);
        double loaded = double.NaN;
        for (int i = 0; i < _k.Length; i++)
        {
            double time = t + _tableau.C[i] * h;
            if (time != loaded) _slope.At(step.Interval, loaded = time);
            if (i > 0) Combine(x, _tableau.A[i].AsSpan(), stage);
            _slope.Apply(h, i == 0 ? x : stage, _k[i].ColumnRange(0, _columns));
        }
        for (int node = 0; node < _y.Length; node++) Combine(x, _nodeWeights[node], AtNode(node));
        if (_columns == ColumnLayout.Probes)
        {
            _embedded.Fill(0);
            Combine(_embedded, _embeddedWeights, _embedded);
        }
        Combine(x, _tableau.B.AsSpan(), next);
    }

    // y = x + Σ w_i k_i, column by column: a column of every stage stays in cache.
    private void Combine(in MatrixView x, ReadOnlySpan<double> weights, in MatrixView y)
    {
        for (int j = 0; j < _columns; j++)
        {
            var target = y.Column(j);
            if (x.Array != y.Array) x.Column(j).CopyTo(target);
            for (int i = 0; i < weights.Length; i++)
                if (weights[i] != 0) VectorRoutines.Axpy(weights[i], _k[i].Column(j), target);
        }
    }

    private static double At(ImmutableArray<double> weights, int i) => i < weights.Length ? weights[i] : 0;
}
