using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The steps of a descent as linear maps: how the outputs answer to gradients, T_k = f_k [J̄_S; J̄_Q] M_k Z_k, so that ΔU = −T_k for each
/// column of X.</summary>
internal abstract class DescentMap
{
    /// <summary>The number of steps.</summary>
    public abstract long Steps { get; }

    /// <summary>N = n·p, the number of stacked training outputs.</summary>
    public abstract int TrainSize { get; }

    /// <summary>Rows of T: N + M, or N where the test outputs are not asked for.</summary>
    public abstract int Rows { get; }

    /// <summary>B̄ of the step that <see cref="Respond"/> was last asked for.</summary>
    public abstract OutputHessian Average { get; }

    /// <summary>T ← the answer to X in a step. Steps are asked for in order: a map may hold the optimizer's memory.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="x">X, N rows.</param>
    /// <param name="t">Receives T, <see cref="Rows"/> rows and the columns of X.</param>
    public abstract void Respond(long step, in MatrixView x, in MatrixView t);

    /// <summary>X ← X − B̄·T_S in the step that was last asked for.</summary>
    /// <param name="train">The train rows of T.</param>
    /// <param name="x">X.</param>
    public virtual void Move(in MatrixView train, in MatrixView x) => Average.Apply(-1, train, 1, x);
}

/// <summary>Steps that can be taken backwards as well: without memory, and kept.</summary>
internal abstract class TransposableDescentMap : DescentMap
{
    /// <summary>Loads B̄ of a step.</summary>
    public abstract void MoveTo(long step);

    /// <summary>x ← x + α·(the train rows of T as a map)ᵀ y.</summary>
    public abstract void AddTransposed(long step, double alpha, in MatrixView y, in MatrixView x);
}
