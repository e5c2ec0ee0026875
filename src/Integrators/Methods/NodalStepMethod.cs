using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>A step that knows X at its nodes: W_S = Σ ω_i X_iᵀ K_SS X_i and [G_S; G_Q] = Σ ω_i [K_SS; K_QS] X_i are formed from them.</summary>
/// <remarks>
/// What a method of a user's own derives from: <see cref="StepMethod.Step"/> advances X and keeps the values at the nodes, <see cref="AtNode"/> gives
/// them. The slope −hBKX of an explicit
/// method is <see cref="FlowSlope"/>.
/// </remarks>
public abstract class NodalStepMethod : StepMethod
{
    /// <summary>Sets the trajectory to integrate.</summary>
    /// <param name="trajectory">What is integrated.</param>
    protected NodalStepMethod(KernelTrajectory trajectory) : base(trajectory) { }

    /// <summary>True: a method that forms P by other means than its nodes leaves a defect that is part of its error; where P is their sum, the defect
    /// is rounding and costs one small product
    /// per node, which a method saves that overrides this.</summary>
    public override bool NodesAreIndependent => true;

    /// <summary>X at a node of the step just taken, with as many columns as X had; valid until the next step.</summary>
    /// <param name="i">Index of the node.</param>
    public abstract MatrixView AtNode(int i);

    /// <summary>[K_SS; K_QS] at a node of the step just taken, (N+M)×N, when the method still holds it; otherwise it is formed again.</summary>
    /// <param name="i">Index of the node.</param>
    /// <param name="kernels">The kernels.</param>
    public virtual bool TryKernels(int i, out MatrixView kernels)
    {
        kernels = default;
        return false;
    }

    /// <summary>K_QS alone at a node of the step just taken, M×N, when the method still holds it: all that is needed where W_S and G_S follow from P.</summary>
    /// <param name="i">Index of the node.</param>
    /// <param name="kernels">The kernel.</param>
    public virtual bool TryTestKernels(int i, out MatrixView kernels)
    {
        kernels = default;
        return false;
    }

    /// <summary>Adds W += ω X_iᵀK_SS X_i and [G_S; G_Q] += ω [K_SS; K_QS] X_i for every node.</summary>
    /// <param name="step">The step.</param>
    /// <param name="sums">Receives the contribution.</param>
    public override void Contribute(FlowStep step, StepContribution sums)
    {
        ArgumentNullException.ThrowIfNull(sums);
        sums.AddNodes(step, this);
    }
}
