namespace KernelFlow.Validation.Coupling;

/// <summary>The ids of the claims that the coupling table judges.</summary>
internal static class CouplingClaims
{
    /// <summary>C2: g(t) = P(t, s) g(s).</summary>
    public const string Transport = WellKnownClaims.Transport;

    /// <summary>C4: U_Q(T) − U_Q(s) = −G_Q g(s).</summary>
    public const string Transfer = WellKnownClaims.TestTransfer;

    /// <summary>C8: U_Q(T) − U_Q(s) = A°(U_S(T) − U_S(s)), where B is constant and invertible.</summary>
    public const string Coupling = "C8";
}
