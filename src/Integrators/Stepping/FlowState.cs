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
    private readonly int _n;

    /// <param name="trajectory">Gives the sizes.</param>
    /// <param name="start">The start block, N×c; null for the identity.</param>
    /// <param name="beta">β where W_S and G_S follow from P; null where they are summed.</param>
    /// <param name="probes">The probe vectors V, c×ℓ.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public FlowState(KernelTrajectory trajectory, MatrixView? start, double? beta, in MatrixView probes, Backend backend)
    {
        (_backend, _n, Beta) = (backend, trajectory.TrainSize, beta);
        int c = start?.Columns ?? _n;
        Layout = new ColumnLayout(c);
        X = Buffers.Zero(_n, Layout.Count);
        W = new DenseMatrix(c, c);
        GS = new DenseMatrix(_n, c);
        GQ = new DenseMatrix(trajectory.TestSize, c);
        if (start is { } block) block.CopyTo(P);
        else
            for (int i = 0; i < _n; i++) X[i, i] = 1;
        _backend.Gemm(Op.None, Op.None, 1, P, probes, 0, Probes);
    }

    /// <summary>The columns of X.</summary>
    public ColumnLayout Layout { get; }

    /// <summary>X(t), all columns that are carried.</summary>
    public MatrixView X { get; }

    /// <summary>P(t,s), or P times the start block.</summary>
    public MatrixView P => Layout.P(X);

    /// <summary>P·V for the probe vectors V.</summary>
    public MatrixView Probes => ColumnLayout.Probe(X);

    /// <summary>E·V: the error of P so far, carried along.</summary>
    public MatrixView Errors => Layout.Errors(X);

    /// <summary>β where W_S and G_S follow from P; null where they are summed.</summary>
    public double? Beta { get; }

    /// <summary>W_S(s,t); zero until the end where it follows from P.</summary>
    public DenseMatrix W { get; }

    /// <summary>G_S(t,s); zero until the end where it follows from P.</summary>
    public DenseMatrix GS { get; }

    /// <summary>G_Q(t,s), summed so far.</summary>
    public DenseMatrix GQ { get; }

    /// <summary>Norms of the operators as they stand.</summary>
    public OperatorNorms Norms => new(MatrixNorms.Frobenius(P), MatrixNorms.Frobenius(W), MatrixNorms.Frobenius(GS), MatrixNorms.Frobenius(GQ));

    /// <summary>Adds the sums of a step.</summary>
    public void Add(StepContribution sums)
    {
        MatrixView w = W, gs = GS, gq = GQ;
        for (int j = 0; j < Layout.Carried; j++)
        {
            VectorRoutines.Axpy(1, sums.GQ.Column(j), gq.Column(j));
            if (sums.TestOnly) continue;
            VectorRoutines.Axpy(1, sums.W.Column(j), w.Column(j));
            VectorRoutines.Axpy(1, sums.GS.Column(j), gs.Column(j));
        }
    }

    /// <summary>W_S and G_S, where they follow from P.</summary>
    public void Finish()
    {
        if (Beta is not { } beta) return;
        GramianFromP(beta, W);
        for (int j = 0; j < Layout.Carried; j++)
        {
            var target = ((MatrixView)GS).Column(j);
            VectorRoutines.Scale(-1 / beta, P.Column(j), target);
            target[j] += 1 / beta;
        }
    }

    /// <summary>A copy of W_S(s,t) on the way.</summary>
    public DenseMatrix GramianSoFar()
    {
        var w = DenseMatrix.OfMatrix(W);
        if (Beta is { } beta) GramianFromP(beta, w);
        return w;
    }

    /// <summary>P(t,s)·v, a vector carried to the present time.</summary>
    public double[] Carry(double[] v)
    {
        var result = new double[_n];
        for (int j = 0; j < Layout.Carried; j++) VectorRoutines.Axpy(v[j], X.Column(j), result);
        return result;
    }

    // W = (I − PᵀP)/(2β)
    private void GramianFromP(double beta, in MatrixView w)
    {
        w.Fill(0);
        for (int i = 0; i < _n; i++) w[i, i] = 0.5 / beta;
        _backend.Syrk(Op.Transpose, -0.5 / beta, P, 1, w);
    }
}
