using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>W_S = (I − PᵀP)/(2β) of a flow with B = βI: what P takes from the square of a vector, by a sweep forward and one back.</summary>
/// <remarks>
/// Modes that have decayed share the eigenvalue 1/(2β), and here they do so to the square of what P leaves of them. By quadrature each of them has another
/// error, of the size of the tolerance: the eigenvectors of that matrix are those of its errors, and no Krylov method tells hundreds of values apart that
/// differ by a ten-thousandth. The quadrature judges: ψᵀW_Sψ with the nodes of G_Q is what a response is compared with, and how far it is from this operator
/// is measured.
/// </remarks>
internal sealed class DissipationOperator(FlowSweep sweep, double beta) : LinearOperator(sweep.Products.TrainSize, sweep.Products.TrainSize, isSymmetric: true)
{
    private readonly SweptPropagator _propagator = new(sweep);

    /// <summary>β.</summary>
    public double Beta => beta;

    /// <summary>The steps.</summary>
    public FlowSweep Sweep => sweep;

    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        var end = new MatrixView(new double[ArraySize.Of(x.Rows, x.Columns)], x.Rows, x.Columns);
        _propagator.Apply(x, end);
        _propagator.ApplyTranspose(end, y);
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Combine(0.5 / beta, x.Column(j), -0.5 / beta, y.Column(j), y.Column(j));
    }
}
