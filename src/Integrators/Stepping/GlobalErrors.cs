using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>The errors of P, W_S, G_S and G_Q since s, carried along with the flow on the probe vectors V.</summary>
/// <remarks>
/// With D_k the local error of step k and Φ_k its propagator, the error of P obeys E ← Φ_k E + D_k: damped where the flow damps, signed, so that
/// errors cancel where they do; E·V is carried
/// among the columns of X. W inherits E_W ← E_W + D_W + S + Sᵀ with S = Σ ω X_iᵀ K (X_i E), and G inherits E_G ← E_G + D_G + Σ ω K (X_i E). D_W and S
/// + Sᵀ nearly cancel (the energy
/// identity): VᵀE_W V keeps their signs.
/// </remarks>
internal sealed class GlobalErrors
{
    // Twice the estimate is reported: the spread of eight probes and of the asymptotic divisor.
    private const double Safety = 2;
    private const int Count = ColumnLayout.Probes;

    private readonly Backend _backend;
    private readonly FlowState _state;
    private readonly MatrixView _w, _gs, _gq;
    private double _unresolved, _moved; // Σ over steps of what the nodes left unresolved, and ‖P − P(s)‖

    /// <param name="state">What the errors are of.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public GlobalErrors(FlowState state, Backend backend)
    {
        (_state, _backend) = (state, backend);
        _w = Buffers.Zero(Count, Count);
        (_gs, _gq) = (Buffers.Zero(state.X.Rows, Count), Buffers.Zero(state.GQ.RowCount, Count));
    }

    /// <summary>Takes an accepted step into the estimate, after the state has moved on.</summary>
    /// <param name="trial">The step.</param>
    /// <param name="fine">Sums of its halves.</param>
    /// <param name="coarse">Sums of the step.</param>
    public void Accept(StepTrial trial, StepContribution fine, StepContribution coarse)
    {
        double factor = 1 / trial.Divisor;
        var errors = _state.Errors;
        for (int j = 0; j < Count; j++) VectorRoutines.Axpy(factor, trial.Difference.Column(j), errors.Column(j));
        Add(factor, fine.GQ, coarse.GQ, _gq);
        _unresolved += trial.Defect;
        _moved = trial.Moved;
        if (fine.TestOnly) return;
        Add(factor, fine.GS, coarse.GS, _gs);
        VectorRoutines.Axpy(factor, trial.GramianDifference.Array, _w.Array);
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < Count; j++) _w[i, j] += fine.Cross[i, j] + fine.Cross[j, i];
    }

    /// <summary>The estimated errors, relative to the norms of the operators.</summary>
    public (double P, double W, double G) RelativeTo(OperatorNorms norms)
    {
        var errors = Absolute();
        double unresolved = OperatorNorms.Relative(_unresolved, _moved);
        return (
            OperatorNorms.Relative(errors.P, Math.Max(norms.P, OperatorNorms.SmallestPropagator)),
            unresolved + OperatorNorms.Relative(errors.W, norms.W),
            unresolved + Math.Max(OperatorNorms.Relative(errors.GS, norms.GS), OperatorNorms.Relative(errors.GQ, norms.GQ)));
    }

    /// <summary>The errors on the probe vectors, without the safety that their sizes are given.</summary>
    public ProbedErrors Probed()
    {
        var form = new DenseMatrix(Count, Count);
        var train = ((MatrixView)_gs).ToMatrix();
        if (_state.Beta is { } beta)
        {
            // E_W = −(EᵀP + PᵀE)/(2β) and E_G = −E/β
            _backend.Gemm(Op.Transpose, Op.None, -0.5 / beta, _state.Probes, _state.Errors, 0, form);
            train = _state.Errors.ToMatrix();
            VectorRoutines.Scale(-1 / beta, train.Values, train.Values);
            MatrixView f = form;
            for (int i = 0; i < Count; i++)
                for (int j = 0; j <= i; j++) f[i, j] = f[j, i] = f[i, j] + f[j, i];
        }
        else _w.CopyTo(form);
        return new ProbedErrors(_state.Probes.ToMatrix(), _state.Errors.ToMatrix(), form, train, _gq.ToMatrix(),
            OperatorNorms.Relative(_unresolved, _moved));
    }

    private OperatorNorms Absolute()
    {
        double p = Safety * ProbeVectors.Spread(_state.Errors), gq = Safety * ProbeVectors.Spread(_gq);
        if (_state.Beta is not { } beta) return new OperatorNorms(p, Safety * ProbeVectors.Pairs(_w, 1), Safety * ProbeVectors.Spread(_gs), gq);
        // E_W = −(EᵀP + PᵀE)/(2β)
        _backend.Gemm(Op.Transpose, Op.None, -0.5 / beta, _state.Probes, _state.Errors, 0, _w);
        return new OperatorNorms(p, Safety * ProbeVectors.Pairs(_w, 2), p / beta, gq);
    }

    // E_G ← E_G + (fine − coarse)/divisor + Σ ω K (X_i E)
    private void Add(double factor, in MatrixView fine, in MatrixView coarse, in MatrixView target)
    {
        MatrixView probes = ColumnLayout.Probe(fine), carried = _state.Layout.Errors(fine);
        for (int j = 0; j < Count; j++)
        {
            VectorRoutines.Axpy(factor, probes.Column(j), target.Column(j));
            VectorRoutines.Axpy(-factor, coarse.Column(j), target.Column(j));
            VectorRoutines.Axpy(1, carried.Column(j), target.Column(j));
        }
    }
}
