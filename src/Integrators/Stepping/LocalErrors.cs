using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Compares a step with its two halves on ℓ probe columns: differences of P, W_S, G_S and G_Q, and how well the nodes resolve the step.</summary>
internal sealed class LocalErrors
{
    private const int Count = ColumnLayout.Probes;

    private readonly Backend _backend;
    private readonly double? _beta;
    private readonly MatrixView _start, _rest;

    /// <param name="state">The state at s, with P(s)·V among its columns.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public LocalErrors(FlowState state, Backend backend)
    {
        (_beta, _backend) = (state.Beta, backend);
        int n = state.X.Rows;
        (_start, Difference, _rest) = (Buffers.Zero(n, Count), Buffers.Zero(n, Count), Buffers.Zero(n, Count));
        GramianDifference = Buffers.Zero(Count, Count);
        state.Probes.CopyTo(_start);
    }

    /// <summary>(Halves − step)·V, as <see cref="Compare"/> left it.</summary>
    public MatrixView Difference { get; }

    /// <summary>Vᵀ(W of the halves − W of the step)V, as <see cref="Norms"/> left it.</summary>
    public MatrixView GramianDifference { get; }

    /// <summary>Forms the difference of P·V after the halves and after the step.</summary>
    public MatrixView Compare(in MatrixView fine, in MatrixView coarse)
    {
        for (int j = 0; j < Count; j++) VectorRoutines.Combine(1, fine.Column(j), -1, coarse.Column(j), Difference.Column(j));
        return Difference;
    }

    /// <summary>‖halves − step‖_F of P, W_S, G_S and G_Q over the step.</summary>
    /// <param name="probes">P·V after the halves.</param>
    /// <param name="fine">Sums of the halves.</param>
    /// <param name="coarse">Sums of the step.</param>
    public OperatorNorms Norms(in MatrixView probes, StepContribution fine, StepContribution coarse)
    {
        double p = ProbeVectors.Spread(Difference), gq = ProbeVectors.Distance(ColumnLayout.Probe(fine.GQ), coarse.GQ);
        if (_beta is { } beta)
        {
            // δW = −(PᵀδP + δPᵀP)/(2β)
            _backend.Gemm(Op.Transpose, Op.None, -0.5 / beta, probes, Difference, 0, GramianDifference);
            return new OperatorNorms(p, ProbeVectors.Pairs(GramianDifference, 2), p / beta, gq);
        }
        VectorRoutines.Combine(1, fine.ProbeW.Array, -1, coarse.ProbeW.Array, GramianDifference.Array);
        return new OperatorNorms(p, ProbeVectors.Pairs(GramianDifference, 1), ProbeVectors.Distance(ColumnLayout.Probe(fine.GS), coarse.GS), gq);
    }

    /// <summary>‖W‖_F and ‖G_S‖_F where they follow from P, estimated from P·V: W V = (V − PᵀPV)/(2β), G_S V = (V − PV)/β.</summary>
    /// <param name="p">P at the end of the step.</param>
    /// <param name="probes">P·V at the end of the step.</param>
    public (double W, double GS) Sizes(in MatrixView p, in MatrixView probes)
    {
        double beta = _beta!.Value;
        _start.CopyTo(_rest);
        _backend.Gemm(Op.Transpose, Op.None, -1, p, probes, 1, _rest);
        return (ProbeVectors.Spread(_rest) / (2 * beta), MatrixNorms.Distance(_start, probes) / (beta * Math.Sqrt(Count)));
    }

    /// <summary>‖P(t+h) − P(t) + Σ ω B K X‖_F over the step, and ‖P − P(s)‖_F: how well the nodes resolve the step, on the scale of what W and G
    /// hold.</summary>
    /// <param name="before">P·V at t.</param>
    /// <param name="after">P·V at t + h.</param>
    /// <param name="fine">Sums of the halves.</param>
    public (double Defect, double Moved) Unresolved(in MatrixView before, in MatrixView after, StepContribution fine)
    {
        for (int j = 0; j < Count; j++)
        {
            VectorRoutines.Combine(1, after.Column(j), -1, before.Column(j), _rest.Column(j));
            VectorRoutines.Axpy(1, fine.Motion.Column(j), _rest.Column(j));
        }
        // Sums of this many terms are known no better.
        double rounding = 20 * Tolerances.Epsilon * ProbeVectors.Spread(before);
        return (Math.Max(0, ProbeVectors.Spread(_rest) - rounding), ProbeVectors.Distance(after, _start));
    }
}
