using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Takes the steps of a method for Ẋ = −B K_SS X with many right-hand sides, and says what each step adds to W_S, G_S and G_Q.</summary>
/// <remarks>
/// Most methods know X at a few quadrature nodes of the step: derive from <see cref="NodalStepMethod"/>, which forms the sums. Holds its workspace: a
/// step allocates nothing. Not thread-safe:
/// each integration starts one of its own.
/// </remarks>
public abstract class StepMethod
{
    /// <summary>Sets the trajectory to integrate.</summary>
    /// <param name="trajectory">What is integrated.</param>
    protected StepMethod(KernelTrajectory trajectory)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        Trajectory = trajectory;
    }

    /// <summary>What is integrated: K_SS(t), K_QS(t) and B(t).</summary>
    protected KernelTrajectory Trajectory { get; }

    /// <summary>The positions of the quadrature nodes of W_S and G in a step, in [0, 1].</summary>
    public abstract ReadOnlySpan<double> Nodes { get; }

    /// <summary>Their weights: positive, and summing to 1. That they are positive is what makes W_S positive semidefinite and ker W_S ⊆ ker G hold at
    /// any step.</summary>
    public abstract ReadOnlySpan<double> Weights { get; }

    /// <summary>Whether P does not follow from the values at the nodes: then P(t+h) − P(t) + Σ ω B K X_i measures how well the nodes resolve the
    /// step, and is part of its error. Zero for
    /// collocation methods, whose P is that sum.</summary>
    /// <remarks>A mode that decays between two nodes is missed by the step and by its halves alike: no difference of the two would show it.</remarks>
    public virtual bool NodesAreIndependent => false;

    /// <summary>Advances X from t to t + h.</summary>
    /// <param name="step">Interval, t and h.</param>
    /// <param name="x">X(t), N rows and at most the columns that the method was started for: all of them, or a few at a time. Not to be written to.</param>
    /// <param name="next">Receives X(t + h), of the same size; another buffer than <paramref name="x"/>.</param>
    /// <exception cref="NumericalException">The step cannot be taken, for instance because a system of equations is singular.</exception>
    public abstract void Step(FlowStep step, in MatrixView x, in MatrixView next);

    /// <summary>Adds what the step just taken contributes to W_S, G_S and G_Q.</summary>
    /// <param name="step">The step.</param>
    /// <param name="sums">Receives the contribution.</param>
    public abstract void Contribute(FlowStep step, StepContribution sums);

    /// <summary>Whether <see cref="Step"/> works with x and next the same buffer: it saves one.</summary>
    internal virtual bool StepsInPlace => false;

    /// <summary>Says which steps with so many columns will be taken, perhaps after others: what of them does not depend on X may be prepared beside
    /// those.</summary>
    internal virtual void Announce(FlowStep first, FlowStep second, int columns) { }

    /// <summary>Says that steps that were announced may not be taken: nothing of them is under way when it returns.</summary>
    internal virtual void Forget() { }

    /// <summary>An embedded estimate of the last step's error on the probe columns, where the method has one: free, and good enough to refuse a
    /// hopeless step early.</summary>
    internal virtual bool TryEmbedded(out MatrixView difference)
    {
        difference = default;
        return false;
    }

    /// <summary>A buffer N×N that is free once a step is taken, where the method has one: it saves another.</summary>
    internal virtual MatrixView? FreeSquare => null;

    /// <summary>A buffer N×columns that is free once a step is taken, where the method has one.</summary>
    internal virtual MatrixView? FreeColumns => null;
}
