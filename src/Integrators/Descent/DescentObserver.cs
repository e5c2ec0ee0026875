using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>What is gathered while a descent runs.</summary>
internal abstract class DescentObserver
{
    /// <summary>Before a step: columns of X that belong to this step alone may be set.</summary>
    public virtual void Before(long step, in MatrixView x) { }

    /// <summary>The outputs have answered with T, X is still what it was before the step.</summary>
    public abstract void Responded(long step, in MatrixView x, in MatrixView t);

    /// <summary>X has moved on.</summary>
    public virtual void Moved(long step, in MatrixView x) { }
}
