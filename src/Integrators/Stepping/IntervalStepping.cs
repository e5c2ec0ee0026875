namespace KernelFlow.Integrators;

/// <summary>Carries the state across one interval after the other.</summary>
internal abstract class IntervalStepping
{
    /// <summary>Carries the state from the first knot of an interval to the next.</summary>
    public abstract void Cross(int interval);
}
