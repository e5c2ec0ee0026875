using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>One step of a method for Ẋ = −B K_SS X with many right-hand sides, and values of X at quadrature nodes with positive weights inside the step.</summary>
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

    /// <summary>Advances X from t to t + h; <paramref name="x"/> and <paramref name="next"/> may be the same, with at most the columns the method was made for.</summary>
    /// <exception cref="NumericalException">A stage system is singular.</exception>
    public abstract void Step(KernelTrajectory trajectory, int interval, double t, double h, in MatrixView x, in MatrixView next);

    /// <summary>X at node i of the last step, with as many columns as X had.</summary>
    public abstract MatrixView AtNode(int i);
}
