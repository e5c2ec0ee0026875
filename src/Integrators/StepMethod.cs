using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>One step of a method for Ẋ = −B K_SS X with many right-hand sides, and what the step adds to W and G: values of X at quadrature nodes with positive weights.</summary>
/// <remarks>Holds its workspace: no allocation per step. Not thread-safe; one instance per thread.</remarks>
internal abstract class StepMethod
{
    public abstract string Name { get; }

    /// <summary>Classical order of P, W and G.</summary>
    public abstract int Order { get; }

    /// <summary>How far the difference of a step and its halves can be trusted.</summary>
    public abstract HalvingTest Halving { get; }

    /// <summary>Node positions in [0, 1].</summary>
    public abstract ReadOnlySpan<double> Nodes { get; }

    /// <summary>Node weights, positive, summing to 1.</summary>
    public abstract ReadOnlySpan<double> Weights { get; }

    /// <summary>Whether, for B = βI, W = (I − PᵀP)/(2β) and G_S = (I − P)/β hold to rounding with the W and G_S of the nodes, at any step: then they need not be summed.</summary>
    public virtual bool KeepsEnergy => false;

    /// <summary>Advances X from t to t + h; <paramref name="x"/> and <paramref name="next"/> may be the same, with at most the columns the method was made for.</summary>
    /// <exception cref="NumericalException">A stage system is singular.</exception>
    public abstract void Step(KernelTrajectory trajectory, int interval, double t, double h, in MatrixView x, in MatrixView next);

    /// <summary>Whether P and the nodes are independent: then P(t+h) − P(t) + Σ ω B K Y_i, zero for collocation, measures how well the nodes resolve the step.</summary>
    /// <remarks>A mode that decays between two nodes is missed by the step and by its halves alike: no difference of the two would show it.</remarks>
    public virtual bool NodesAreIndependent => false;

    /// <summary>An embedded estimate of the last step's error, where the method has one: free, and good enough to refuse a hopeless step early.</summary>
    public virtual bool TryEmbedded(out MatrixView difference)
    {
        difference = default;
        return false;
    }

    /// <summary>A buffer (N+M)×N that is free between steps, where the method has one: it saves another.</summary>
    public virtual MatrixView? FreeKernels => null;

    /// <summary>A buffer N×columns that is free once a step is taken, where the method has one.</summary>
    public virtual MatrixView? FreeColumns => null;

    /// <summary>Adds what the last step contributes to W and G.</summary>
    public abstract void Contribute(Assembler assembler, KernelTrajectory trajectory, int interval, double t, double h, bool reset, StepSums sums);
}

/// <summary>A step whose W and G are sums over its nodes.</summary>
internal abstract class NodalStepMethod : StepMethod
{
    /// <summary>X at node i of the last step, with as many columns as X had.</summary>
    public abstract MatrixView AtNode(int i);

    /// <summary>[K_SS; K_QS] at node i of the last step when the method still holds it; otherwise it is formed again.</summary>
    public virtual bool TryKernels(int i, out MatrixView kernels)
    {
        kernels = default;
        return false;
    }

    /// <summary>K_QS alone at node i of the last step: all that is needed where W and G_S follow from P.</summary>
    public virtual bool TryTestKernels(int i, out MatrixView kernels)
    {
        kernels = default;
        return false;
    }

    public override void Contribute(Assembler assembler, KernelTrajectory trajectory, int interval, double t, double h, bool reset, StepSums sums) =>
        assembler.AddNodes(trajectory, interval, t, h, this, reset, sums);
}
