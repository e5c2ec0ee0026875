namespace KernelFlow.Operators;

/// <summary>An optimizer's step as a linear map of the gradients so far: Z_k = μ Z_{k−1} + γ J_kᵀ P_k, w_{k+1} − w_k = −f_k M_k Z_k g(s).</summary>
/// <remarks>Gradient descent: μ = 0, γ = 1, f_k = η_k. Heavy ball: γ = 1, f_k = η_k. Adam: μ = β₁, γ = 1 − β₁, f_k = η_k/(1 − β₁^{k+1}). Source: theory,
/// section 8.</remarks>
/// <param name="Kind">"gradient-descent", "momentum" or "adam".</param>
/// <param name="Decay">μ or β₁; 0 for gradient descent.</param>
/// <param name="Gain">γ.</param>
public sealed record DescentRule(string Kind, double Decay, double Gain)
{
    /// <summary>Whether a step depends on the gradients of earlier steps.</summary>
    public bool HasBuffer => Kind != "gradient-descent";

    /// <summary>z = η λ_max(B J M Jᵀ) up to which a quadratic loss is stable: 2; heavy ball 2(1 + μ); Adam 2(1 + β₁)/(1 − β₁).</summary>
    /// <remarks>Source: Cohen et al. 2021 (heavy ball); Cohen et al. 2022, arXiv:2207.14484 (Adam with a slowly changing preconditioner).</remarks>
    public double StabilityEdge => 2 * (1 + Decay) / Gain;

    /// <summary>f_k: η_k with Adam's correction for the zero start of the buffer.</summary>
    /// <param name="step">k, counted from the start of training.</param>
    /// <param name="eta">η_k.</param>
    public double StepFactor(long step, double eta) => Kind == "adam" ? eta / (1 - Math.Pow(Decay, step + 1)) : eta;

    /// <summary>The rule of a run that <see cref="DescentSupport"/> accepts.</summary>
    /// <exception cref="ArgumentException">The run has no descent recursion; the message says why.</exception>
    public static DescentRule Of(CheckpointSequence checkpoints)
    {
        DescentSupport.Require(checkpoints);
        var optimizer = checkpoints.Optimizer!;
        return optimizer.Kind switch
        {
            "momentum" => new DescentRule(optimizer.Kind, optimizer.Momentum!.Value, 1),
            "adam" => new DescentRule(optimizer.Kind, optimizer.Beta1!.Value, 1 - optimizer.Beta1.Value),
            _ => new DescentRule(optimizer.Kind, 0, 1),
        };
    }
}
