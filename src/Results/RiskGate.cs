namespace KernelFlow;

/// <summary>Which parameters would pass the population-risk gate μ_k² > σ_k²/(b−1), with μ_k and σ_k² the mean and the variance (divisor b) over the b = n
/// per-example gradients n·J_iᵀg_i (theory, claim C14).</summary>
/// <remarks>μ² − σ²/(b−1) is the mean of z_i z_j over pairs i ≠ j: the leave-one-out product. So the gate is (Σ z_i)² > Σ z_i², which is how it is
/// computed.</remarks>
public sealed record RiskGate
{
    /// <summary>Names and sizes of the layers; one, "all", when the run does not say.</summary>
    public required IReadOnlyList<ParameterLayer> Layers { get; init; }

    /// <summary>Checkpoints looked at, in order of time, the first and the last among them.</summary>
    public required IReadOnlyList<GatePoint> Points { get; init; }
}

/// <summary>Parameters that follow each other in the columns of J.</summary>
/// <param name="Name">The name of the layer.</param>
/// <param name="Parameters">Number of columns.</param>
public sealed record ParameterLayer(string Name, long Parameters);

/// <summary>The gate at one checkpoint.</summary>
/// <param name="Time">t_k, the flow time of the checkpoint.</param>
/// <param name="Share">Share of all parameters that pass.</param>
/// <param name="PerLayer">Share per layer.</param>
/// <param name="GradientShare">‖μ over the parameters that pass‖²/‖μ‖²: how much of the full-batch gradient is kept; null when it is zero.</param>
public sealed record GatePoint(double Time, double Share, IReadOnlyList<double> PerLayer, double? GradientShare);
