namespace KernelFlow;

/// <summary>What descent mode says of the steps themselves.</summary>
/// <param name="Optimizer">"gradient-descent", "momentum" or "adam".</param>
/// <param name="Quadrature">Rule for the Jacobian along each step: "midpoint", "trapezium", or "interpolated" between sparse checkpoints.</param>
/// <param name="LargestZ">Largest z_k = η_k λ_max(B_k K_k).</param>
/// <param name="LargestZStep">The step of it, counted from the start of the window.</param>
/// <param name="StabilityEdge">z beyond which a quadratic loss diverges.</param>
/// <param name="Amplification">What errors made early can grow by if they stay in the stiffest mode.</param>
/// <param name="PeakPropagator">max_k ‖P_k‖_F/√N: above 1 only when P itself grew.</param>
public sealed record DescentSummary(string Optimizer, string Quadrature, double LargestZ, int LargestZStep, double StabilityEdge, double Amplification, double PeakPropagator);
