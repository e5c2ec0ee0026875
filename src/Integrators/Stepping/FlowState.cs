using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>Where an integration stands: X(t), and W_S, G_S and G_Q from s to t.</summary>
/// <remarks>
/// Where W_S = (I − PᵀP)/(2β) and G_S = (I − P)/β are the sums over nodes to rounding (<see cref="Conservation"/>), they are formed from P at the
/// end, and only G_Q is summed on the way.
/// </remarks>
internal sealed class FlowState
{
    private readonly Backend _backend;
    private readonly ColumnSums _sums;
    private readonly Workspace _workspace;
    private readonly int _n;
    private DenseMatrix? _w, _gs;

    /// <param name="trajectory">Gives the sizes.</param>
    /// <param name="start">The start block, N×c; null for the identity.</param>
    /// <param name="beta">β where W_S and G_S follow from P; null where they are summed.</param>
    /// <param name="probes">The probe vectors V, c×ℓ.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="workspace">Gives the buffers.</param>
    public FlowState(KernelTrajectory trajectory, MatrixView? start, double? beta, in MatrixView probes, Backend backend, Workspace workspace)
    {
        (_backend, _workspace, _n, Beta) = (backend, workspace, trajectory.TrainSize, beta);
        _sums = new ColumnSums(backend.Spare);
        int c = start?.Columns ?? _n;
        Layout = new ColumnLayout(c);
        X = workspace.Zero(_n, Layout.Count);
        if (beta is null) (_w, _gs) = (Zero(c, c), Zero(_n, c));
        GQ = Zero(trajectory.TestSize, c);
        if (start is { } block) block.CopyTo(P);
        else
            for (int i = 0; i < _n; i++) X[i, i] = 1;
        _backend.Gemm(Op.None, Op.None, 1, P, probes, 0, Probes);
    }

    /// <summary>The columns of X.</summary>
    public ColumnLayout Layout { get; }

    /// <summary>X(t), all columns that are carried.</summary>
    public MatrixView X { get; private set; }

    /// <summary>P(t,s), or P times the start block.</summary>
    public MatrixView P => Layout.P(X);

    /// <summary>P·V for the probe vectors V.</summary>
    public MatrixView Probes => ColumnLayout.Probe(X);

    /// <summary>E·V: the error of P so far, carried along.</summary>
    public MatrixView Errors => Layout.Errors(X);

    /// <summary>β where W_S and G_S follow from P; null where they are summed.</summary>
    public double? Beta { get; }

    /// <summary>W_S(s,t); where it follows from P, not before the end.</summary>
    public DenseMatrix W => _w ?? throw new InvalidOperationException("W_S follows from P at the end.");

    /// <summary>G_S(t,s); where it follows from P, not before the end.</summary>
    public DenseMatrix GS => _gs ?? throw new InvalidOperationException("G_S follows from P at the end.");

    /// <summary>G_Q(t,s), summed so far.</summary>
    public DenseMatrix GQ { get; }

    /// <summary>Norms of the operators as they stand.</summary>
    public OperatorNorms Norms => new(MatrixNorms.Frobenius(P), _w is null ? 0 : MatrixNorms.Frobenius(_w), _gs is null ? 0 : MatrixNorms.Frobenius(_gs),
        MatrixNorms.Frobenius(GQ));

    /// <summary>Goes on with another X, and gives out the buffer of the one before.</summary>
    public MatrixView Exchange(in MatrixView next)
    {
        var before = X;
        X = next;
        return before;
    }

    /// <summary>Adds the sums of a step.</summary>
    public void Add(StepContribution sums)
    {
        Add(Layout.P(sums.GQ), GQ);
        if (sums.TestOnly) return;
        Add(sums.W, W);
        Add(Layout.P(sums.GS), GS);
    }

    /// <summary>W_S and G_S, where they follow from P.</summary>
    public void Finish()
    {
        if (Beta is not { } beta) return;
        _w = _workspace.Result(_n, _n);
        GramianFromP(beta, _w);
        _gs = _workspace.Result(_n, _n);
        _sums.Scale(-1 / beta, P, _gs);
        for (int j = 0; j < _n; j++) _gs.Values[j + j * _n] += 1 / beta;
    }

    /// <summary>Gives the buffers of W_S, G_S and G_Q back.</summary>
    public void Discard()
    {
        foreach (var operators in (DenseMatrix?[])[_w, _gs, GQ])
            if (operators is not null) _backend.Buffers.Return(operators.Values);
    }

    /// <summary>A copy of W_S(s,t) on the way.</summary>
    public DenseMatrix GramianSoFar()
    {
        int c = Layout.Carried;
        var w = _workspace.Result(c, c);
        if (Beta is { } beta) GramianFromP(beta, w);
        else ((MatrixView)W).CopyTo(w);
        return w;
    }

    /// <summary>G_Q(t,s)·V on the way.</summary>
    public DenseMatrix RespondSoFar(DenseMatrix v)
    {
        var response = new DenseMatrix(GQ.RowCount, v.ColumnCount);
        _backend.Gemm(Op.None, Op.None, 1, GQ, v, 0, response);
        return response;
    }

    /// <summary>P(t,s)·v, a vector carried to the present time.</summary>
    public double[] Carry(double[] v)
    {
        var result = new double[_n];
        for (int j = 0; j < Layout.Carried; j++) VectorRoutines.Axpy(v[j], X.Column(j), result);
        return result;
    }

    private DenseMatrix Zero(int rows, int columns)
    {
        var result = _workspace.Result(rows, columns);
        Array.Clear(result.Values);
        return result;
    }

    private void Add(in MatrixView x, in MatrixView sum) => _sums.Combine(1, x, 1, sum, sum);

    // W = (I − PᵀP)/(2β)
    private void GramianFromP(double beta, in MatrixView w)
    {
        _backend.Syrk(Op.Transpose, -0.5 / beta, P, 0, w);
        for (int i = 0; i < _n; i++) w[i, i] += 0.5 / beta;
    }
}
