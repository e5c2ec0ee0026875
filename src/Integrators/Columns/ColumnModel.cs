using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>One trajectory with its columns, among those that are carried together.</summary>
internal sealed class ColumnModel
{
    private readonly OutputHessian[] _hessians;
    private double[] _times = []; // of the nodes, where kernels are applied
    private int _interval;

    /// <param name="start">Trajectory and columns.</param>
    /// <param name="first">How many columns stand before these.</param>
    /// <param name="most">The most nodes of a step.</param>
    public ColumnModel(ColumnStart start, int first, int most)
    {
        (Trajectory, First, Columns) = (start.Trajectory, first, start.Block.Columns);
        int n = Trajectory.TrainSize, p = Trajectory.Outputs;
        Gramian = new DenseMatrix(Columns, Columns);
        (Increment, IncrementBefore) = (Buffers.Zero(Columns, Columns), Buffers.Zero(Columns, Columns));
        _hessians = Trajectory.Beta is null ? [.. Enumerable.Range(0, most).Select(_ => new OutputHessian(n / p, p))] : [];
    }

    public KernelTrajectory Trajectory { get; }

    public int First { get; }

    public int Columns { get; }

    /// <summary>The summands of the kernel on the interval.</summary>
    public IReadOnlyList<WeightedTerm> Terms { get; private set; } = [];

    /// <summary>The weight of each term at each node.</summary>
    public double[][] Weights { get; private set; } = [];

    /// <summary>h, the length of the step in flow time.</summary>
    public double Length { get; private set; }

    /// <summary>VᵀW_S V so far.</summary>
    public DenseMatrix Gramian { get; }

    /// <summary>What the step adds to it, by the rule at hand and by the one before.</summary>
    public MatrixView Increment { get; private set; }

    public MatrixView IncrementBefore { get; private set; }

    /// <summary>How far the two rules of the step last tried are apart.</summary>
    public OperatorNorms Found { get; set; }

    /// <summary>The errors so far.</summary>
    public ColumnErrors Errors { get; } = new();

    public void BeginInterval(int interval, int most)
    {
        _interval = interval;
        if (Trajectory.IsApplied)
        {
            _times = new double[most];
            return;
        }
        Terms = Trajectory.Terms(interval)!;
        if (Weights.Length != Terms.Count) Weights = [.. Terms.Select(_ => new double[most])];
    }

    /// <summary>Places the nodes of a step.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="from">Where the step begins, as a share of the interval.</param>
    /// <param name="share">Its length, as a share of the interval.</param>
    /// <param name="nodes">The nodes, as shares of the step.</param>
    public void Place(int interval, double from, double share, ReadOnlySpan<double> nodes)
    {
        double start = Trajectory.Knots[interval], whole = Trajectory.Knots[interval + 1] - start;
        Length = share * whole;
        for (int i = 0; i < nodes.Length; i++)
        {
            double time = Math.Min(Trajectory.Knots[interval + 1], start + (from + share * nodes[i]) * whole), theta = Trajectory.Position(interval, time);
            if (Trajectory.IsApplied) _times[i] = time;
            for (int t = 0; t < Terms.Count; t++) Weights[t][i] = Terms[t].At(theta);
            if (_hessians.Length > 0) Trajectory.Hessian(interval, time, _hessians[i]);
        }
    }

    /// <summary>y_i ← K_i x_i at nodes of a trajectory that is applied.</summary>
    /// <param name="node">The first node.</param>
    /// <param name="q">How many.</param>
    /// <param name="x">The columns of all models, q nodes each.</param>
    /// <param name="y">Receives the products.</param>
    public void Apply(int node, int q, in MatrixView x, in MatrixView y) =>
        Trajectory.ApplyTrain(_interval, Times(node, q), x.ColumnRange(First * q, Columns * q), y.ColumnRange(First * q, Columns * q));

    /// <summary>test ← test + h Σ_i b_i K_QS,i x_i of a trajectory that is applied.</summary>
    public void AddTest(ReadOnlySpan<double> weights, in MatrixView x, in MatrixView test)
    {
        int q = weights.Length;
        var image = Buffers.Zero(test.Rows, Columns * q);
        Trajectory.ApplyTest(_interval, Times(0, q), x.ColumnRange(First * q, Columns * q), image);
        for (int i = 0; i < q; i++)
            for (int j = 0; j < Columns; j++) VectorRoutines.Axpy(Length * weights[i], image.Column(i * Columns + j), test.Column(First + j));
    }

    private double[] Times(int node, int q)
    {
        var times = new double[q * Columns];
        for (int i = 0; i < q; i++) Array.Fill(times, _times[node + i], i * Columns, Columns);
        return times;
    }

    /// <summary>The columns of this model among those of all.</summary>
    public MatrixView Of(in MatrixView all) => all.ColumnRange(First, Columns);

    /// <summary>The columns of node i among those of all models and nodes.</summary>
    public MatrixView At(in MatrixView all, int nodes, int i) => all.ColumnRange(First * nodes + i * Columns, Columns);

    /// <summary>The columns of all nodes, one under the other: (N·c)×q.</summary>
    public MatrixView Stacked(in MatrixView all, int nodes) =>
        new(all.Array, all.Offset + First * nodes * all.Rows, all.Rows * Columns, nodes, Math.Max(1, all.Rows * Columns));

    /// <summary>y ← B·x at node i, in place where B = βI.</summary>
    public void ApplyHessian(int i, in MatrixView x, in MatrixView y)
    {
        if (Trajectory.Beta is { } beta)
            for (int j = 0; j < x.Columns; j++) VectorRoutines.Scale(beta, x.Column(j), y.Column(j));
        else _hessians[i].Apply(1, x, 0, y);
    }

    /// <summary>The rule at hand becomes the one before.</summary>
    public void NextRule() => (Increment, IncrementBefore) = (IncrementBefore, Increment);
}
