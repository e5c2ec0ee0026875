namespace KernelFlow.Operators;

/// <summary>What the kernels of a window have outside of a range, Π = VVᵀ: all that the bound of truncation is made of. Every number is an upper bound, with
/// what rounding may add to it.</summary>
/// <remarks>docs/theory/factor.md, section 7, has the symbols.</remarks>
public sealed record RangeTails
{
    /// <summary>β, where B = βI.</summary>
    public required double Beta { get; init; }

    /// <summary>d = ∫‖(I − Π)J_S‖_F² dτ, the trace of (I − Π)∫K_SS dτ(I − Π).</summary>
    public required double Trace { get; init; }

    /// <summary>d₁ = λ_max((I − Π)∫K_SS dτ(I − Π)), at most d.</summary>
    public required double Largest { get; init; }

    /// <summary>c = ∫‖(I − Π)K_SSΠ‖_F dτ.</summary>
    public required double Coupling { get; init; }

    /// <summary>q = ∫‖K_QS(I − Π)‖_F dτ.</summary>
    public required double TestCoupling { get; init; }

    /// <summary>∫‖K_QSΠ‖_F dτ.</summary>
    public required double TestKernel { get; init; }

    /// <summary>λ_max(∫K_QQ dτ).</summary>
    public required double TestEnergy { get; init; }

    /// <summary>∫‖(I − Π)K_SS(I − Π)‖_F dτ, where the kernels are not known to be positive semidefinite; null where they are products of Jacobians.</summary>
    public double? Rest { get; init; }

    /// <summary>β∫max(0, −λ_min(K_SS)) dτ: 0 where kernels are positive semidefinite.</summary>
    public double Growth { get; init; }
}
