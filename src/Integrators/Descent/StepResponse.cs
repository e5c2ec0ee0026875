using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>How outputs answer to gradients in one step: T = f_k [J̄_S; J̄_Q] M_k Z_k, so that ΔU = −T for each column of X. Holds the optimizer's
/// memory.</summary>
internal abstract class StepResponse
{
    public abstract DescentRule Rule { get; }

    public abstract int TrainSize { get; }

    public abstract int TestSize { get; }

    public abstract int Outputs { get; }

    public abstract IReadOnlyList<double> LearningRates { get; }

    public abstract string Quadrature { get; }

    public virtual bool HasTestKernel => true;

    public virtual double Epsilon => StorageType.Float64.Epsilon();

    /// <summary>K_SS of the step last taken, for W_d.</summary>
    public abstract MatrixView Start { get; }

    /// <summary>J_S M J_Sᵀ of the step last taken, for z.</summary>
    public virtual MatrixView Preconditioned => Start;

    /// <summary>Estimated quadrature error of T for the predicted gradient, N+M.</summary>
    public abstract ReadOnlySpan<double> Defect { get; }

    public abstract bool HasDefect { get; }

    public abstract void Hessians(int step, ChordHessian target);

    /// <summary>Takes step k, which must be the one after the last.</summary>
    /// <param name="step">k.</param>
    /// <param name="x">N×columns; the first N are P, column N is the predicted gradient.</param>
    /// <param name="hessian">That of the step.</param>
    /// <param name="t">(N+M)×columns.</param>
    public abstract void Respond(int step, in MatrixView x, ChordHessian hessian, in MatrixView t);

    /// <summary>After the last step: c of the response of the test outputs and c of the motion of P.</summary>
    public abstract (double Response, double Motion) Bounds(CancellationToken cancellation);
}
