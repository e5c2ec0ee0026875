namespace KernelFlow.Integrators;

/// <summary>What a step of a method does to a mode that decays much faster than the step resolves: the limit of |R(z)| for z = h·λ → ∞.</summary>
public enum Damping
{
    /// <summary>Nothing keeps such a mode bounded: the method is explicit and the step must stay inside its region of stability.</summary>
    None,

    /// <summary>|R(z)| ≤ 1 at any z, but the limit is not 0: the mode neither grows nor goes.</summary>
    Bounded,

    /// <summary>|R(z)| → 0: the mode is gone after the step, as it is in the flow itself.</summary>
    Full,
}
