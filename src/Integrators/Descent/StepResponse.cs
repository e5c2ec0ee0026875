using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>The steps of an optimizer for the descent of the operators: beside T what bounds, rounding and the estimate of the quadrature need. Holds
/// the optimizer's memory.</summary>
/// <param name="trainSize">N = n·p, the number of stacked training outputs.</param>
/// <param name="testSize">M = m·p, the number of stacked test outputs.</param>
/// <param name="outputs">p, the number of outputs per example.</param>
internal abstract class StepResponse(int trainSize, int testSize, int outputs) : DescentMap
{
    public sealed override long Steps => LearningRates.Count;

    public sealed override int TrainSize => trainSize;

    public sealed override int Rows => trainSize + testSize;

    public sealed override OutputHessian Average => Hessian.Average;

    /// <summary>M = m·p, the number of stacked test outputs.</summary>
    public int TestSize => testSize;

    /// <summary>B, B̄ and B̄' of the step last taken.</summary>
    public ChordHessian Hessian { get; } = new(trainSize / outputs, outputs);

    /// <summary>The optimizer's recursion.</summary>
    public abstract DescentRule Rule { get; }

    /// <summary>η_k, the learning rate of every step.</summary>
    public abstract IReadOnlyList<double> LearningRates { get; }

    /// <summary>The rule by which J̄ is averaged along a step.</summary>
    public abstract ChordQuadratureKind Quadrature { get; }

    /// <summary>Whether the bound of the test response comes from J̄_Q itself or K_QQ.</summary>
    public virtual bool HasTestKernel => true;

    /// <summary>ε of the kernels.</summary>
    public virtual double Epsilon => StorageType.Float64.Epsilon();

    /// <summary>S K_SS S of the step last taken, for W_d.</summary>
    public abstract MatrixView Start { get; }

    /// <summary>The weights S of the batch of the step last taken; empty where it is over all examples.</summary>
    public virtual ReadOnlySpan<double> Weights => default;

    /// <summary>Whether something beside the gradients moves the parameters: weight decay.</summary>
    public virtual bool IsForced => false;

    /// <summary>S J_S M J_Sᵀ S of the step last taken, for z.</summary>
    public virtual MatrixView Preconditioned => Start;

    /// <summary>How J moves along the step last taken, applied to the step of the predicted gradient.</summary>
    public abstract StepChanges Changes { get; }

    /// <summary>How many columns of X are those of P: N, or fewer where P V of a block is carried. The predicted gradient comes after them.</summary>
    public abstract int Carried { get; }

    /// <summary>T of step k, which must be the one after the last. The columns of X are those of <see cref="DescentColumns"/>.</summary>
    public sealed override void Respond(long step, in MatrixView x, in MatrixView t)
    {
        Hessians((int)step, Hessian);
        RespondCore((int)step, x, t);
    }

    /// <summary>After the last step: the matrices whose largest eigenvalues bound the response of the test outputs, M×M, and the motion of P, N×N.</summary>
    public abstract (DenseMatrix Response, DenseMatrix Motion) Bounds(CancellationToken cancellation);

    /// <summary>B of a step.</summary>
    protected abstract void Hessians(int step, ChordHessian target);

    /// <summary>T of a step, with <see cref="Hessian"/> that of the step.</summary>
    protected abstract void RespondCore(int step, in MatrixView x, in MatrixView t);
}
