using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>The local and the global error of P, W and G, estimated from their action on a few random sign vectors V.</summary>
/// <remarks>
/// ‖D‖_F² = 𝔼‖Dv‖² (Hutchinson), and for two different probes ‖D_W‖_F² = 𝔼(uᵀD_W v)²: a step is compared with its halves on ℓ columns, not on N.
/// With D_k the local error of step k and Φ_k its propagator, the error of P obeys E ← Φ_k E + D_k: damped where the flow damps, signed, so that errors
/// cancel where they do; E·V is carried among the columns of X. W inherits E_W ← E_W + D_W + S + Sᵀ with S = Σ ω Y_iᵀ K (Y_i E), and G inherits
/// E_G ← E_G + D_G + Σ ω K (Y_i E). D_W and S + Sᵀ nearly cancel (the energy identity): VᵀE_W V keeps their signs.
/// </remarks>
internal sealed class ErrorProbes
{
    // Twice the estimate is reported: the spread of eight probes and of the asymptotic divisor.
    private const double Safety = 2;
    private const int Count = ColumnLayout.Probes;

    private readonly Backend _backend;
    private readonly double? _beta;
    private readonly MatrixView _start, _difference, _w, _localW, _gs, _gq, _rest;

    /// <param name="n">N.</param>
    /// <param name="m">M.</param>
    /// <param name="columns">c, the columns of P or of P times a block.</param>
    /// <param name="beta">β where W and G_S follow from P; null where they are summed.</param>
    /// <param name="backend">Dense kernels.</param>
    public ErrorProbes(int n, int m, int columns, double? beta, Backend backend)
    {
        (_beta, _backend) = (beta, backend);
        var random = new Random(20260501);
        V = Buffers.Zero(columns, Count);
        for (int i = 0; i < V.Array.Length; i++) V.Array[i] = random.Next(2) == 0 ? -1 : 1;
        (_start, _difference, _rest) = (Buffers.Zero(n, Count), Buffers.Zero(n, Count), Buffers.Zero(n, Count));
        (_w, _localW) = (Buffers.Zero(Count, Count), Buffers.Zero(Count, Count));
        (_gs, _gq) = (Buffers.Zero(n, Count), Buffers.Zero(m, Count));
    }

    /// <summary>The probes, c×ℓ.</summary>
    public MatrixView V { get; }

    /// <summary>Keeps X(s)·V.</summary>
    public void Start(in MatrixView probes) => probes.CopyTo(_start);

    /// <summary>D_P V of the step just tried, times the divisor: (fine − coarse)·V.</summary>
    public MatrixView Difference(in MatrixView fine, in MatrixView coarse)
    {
        for (int j = 0; j < Count; j++) VectorKernels.Combine(1, fine.Column(j), -1, coarse.Column(j), _difference.Column(j));
        return _difference;
    }

    /// <summary>‖fine − coarse‖_F of P, W, G_S and G_Q over the step just tried.</summary>
    /// <param name="probes">P·V after the halves.</param>
    /// <param name="fine">Sums of the halves.</param>
    /// <param name="coarse">Sums of the step.</param>
    public (double P, double W, double GS, double GQ) Local(in MatrixView probes, StepSums fine, StepSums coarse)
    {
        double p = Spread(_difference);
        double gq = MatrixNorms.Distance(ColumnLayout.Probe(fine.GQ), coarse.GQ) / Math.Sqrt(Count);
        if (_beta is { } beta)
        {
            _backend.Gemm(Op.Transpose, Op.None, -0.5 / beta, probes, _difference, 0, _localW);
            return (p, Pairs(_localW, 2), p / beta, gq);
        }
        VectorKernels.Combine(1, fine.ProbeW.Array, -1, coarse.ProbeW.Array, _localW.Array);
        return (p, Pairs(_localW, 1), MatrixNorms.Distance(ColumnLayout.Probe(fine.GS), coarse.GS) / Math.Sqrt(Count), gq);
    }

    /// <summary>‖W‖_F and ‖G_S‖_F where they follow from P, estimated from P·V: W V = (V − PᵀPV)/(2β), G_S V = (V − PV)/β.</summary>
    /// <param name="p">P at the end of the step.</param>
    /// <param name="probes">P·V there.</param>
    public (double W, double GS) Sizes(in MatrixView p, in MatrixView probes)
    {
        double beta = _beta!.Value;
        _start.CopyTo(_rest);
        _backend.Gemm(Op.Transpose, Op.None, -1, p, probes, 1, _rest);
        return (Spread(_rest) / (2 * beta), MatrixNorms.Distance(_start, probes) / (beta * Math.Sqrt(Count)));
    }

    /// <summary>‖P(t+h) − P(t) + Σ ω B K Y‖_F over the step, and ‖P − P(s)‖_F: how well the nodes resolve the step, on the scale of what W and G hold.</summary>
    /// <param name="before">P·V at t.</param>
    /// <param name="after">P·V at t + h.</param>
    /// <param name="fine">Sums of the halves.</param>
    public (double Defect, double Size) Unresolved(in MatrixView before, in MatrixView after, StepSums fine)
    {
        for (int j = 0; j < Count; j++)
        {
            VectorKernels.Combine(1, after.Column(j), -1, before.Column(j), _rest.Column(j));
            VectorKernels.Axpy(1, fine.Motion.Column(j), _rest.Column(j));
        }
        // Sums of this many terms are known no better.
        double rounding = 20 * Tolerances.Epsilon * Spread(before);
        return (Math.Max(0, Spread(_rest) - rounding), MatrixNorms.Distance(after, _start) / Math.Sqrt(Count));
    }

    /// <summary>Takes an accepted step into the estimate.</summary>
    /// <param name="divisor">Fine − coarse is this many times the error of fine.</param>
    /// <param name="errors">E·V among the columns of X, already propagated; D_P V is added.</param>
    /// <param name="layout">Columns of fine.</param>
    /// <param name="fine">Sums of the halves.</param>
    /// <param name="coarse">Sums of the step.</param>
    public void Accept(double divisor, in MatrixView errors, ColumnLayout layout, StepSums fine, StepSums coarse)
    {
        double factor = 1 / divisor;
        for (int j = 0; j < Count; j++) VectorKernels.Axpy(factor, _difference.Column(j), errors.Column(j));
        Add(factor, fine.GQ, coarse.GQ, layout, _gq);
        if (fine.TestOnly) return;
        Add(factor, fine.GS, coarse.GS, layout, _gs);
        VectorKernels.Axpy(factor, _localW.Array, _w.Array);
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < Count; j++) _w[i, j] += fine.Cross[i, j] + fine.Cross[j, i];
    }

    /// <summary>Estimated ‖δP‖_F, ‖δW‖_F, ‖δG_S‖_F and ‖δG_Q‖_F.</summary>
    /// <param name="errors">E·V.</param>
    /// <param name="probes">P·V.</param>
    public (double P, double W, double GS, double GQ) Global(in MatrixView errors, in MatrixView probes)
    {
        double p = Safety * Spread(errors), gq = Safety * Spread(_gq);
        if (_beta is not { } beta) return (p, Safety * Pairs(_w, 1), Safety * Spread(_gs), gq);
        // E_W = −(EᵀP + PᵀE)/(2β)
        _backend.Gemm(Op.Transpose, Op.None, -0.5 / beta, probes, errors, 0, _w);
        return (p, Safety * Pairs(_w, 2), p / beta, gq);
    }

    // E_G ← E_G + (fine − coarse)/divisor + Σ ω K (Y_i E)
    private static void Add(double factor, in MatrixView fine, in MatrixView coarse, ColumnLayout layout, in MatrixView target)
    {
        MatrixView probes = ColumnLayout.Probe(fine), carried = layout.Errors(fine);
        for (int j = 0; j < Count; j++)
        {
            VectorKernels.Axpy(factor, probes.Column(j), target.Column(j));
            VectorKernels.Axpy(-factor, coarse.Column(j), target.Column(j));
            VectorKernels.Axpy(1, carried.Column(j), target.Column(j));
        }
    }

    private static double Spread(in MatrixView a) => MatrixNorms.Frobenius(a) / Math.Sqrt(Count);

    // Root mean square over pairs of different probes of the symmetric part of the form, times the scale.
    private static double Pairs(in MatrixView form, double scale)
    {
        double sum = 0;
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < i; j++)
            {
                double value = 0.5 * scale * (form[i, j] + form[j, i]);
                sum += value * value;
            }
        return Math.Sqrt(sum / (Count * (Count - 1) / 2));
    }
}
