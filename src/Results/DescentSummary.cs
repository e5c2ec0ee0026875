namespace KernelFlow;

/// <summary>What descent mode says of the steps themselves.</summary>
/// <param name="Optimizer">"gradient-descent", "momentum" or "adam".</param>
/// <param name="Quadrature">Rule for the Jacobian along each step.</param>
/// <param name="LargestZ">Largest z_k = η_k λ_max(B_k K_k).</param>
/// <param name="LargestZStep">The step of it, counted from the start of the window.</param>
/// <param name="StabilityEdge">z beyond which a quadratic loss diverges.</param>
/// <param name="Amplification">What errors made early can grow by if they stay in the stiffest mode.</param>
/// <param name="PeakPropagator">max_k ‖P_k‖_F/√N: above 1 only when P itself grew.</param>
public sealed record DescentSummary(string Optimizer, DescentQuadrature Quadrature, double LargestZ, int LargestZStep, double StabilityEdge,
    double Amplification, double PeakPropagator)
{
    /// <summary>Whether the steps stayed near enough to the edge of stability for claims against data to be decided.</summary>
    public bool Decidable { get; init; } = true;
}
