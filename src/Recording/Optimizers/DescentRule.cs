namespace KernelFlow;

/// <summary>An optimizer's step as a linear map of the gradients so far: Z_k = d_k Z_{k−1} + c_k J_kᵀ S_k P_k, w_{k+1} − w_k = −f_k M_k (Z_k + φ_k J_kᵀ S_k
/// P_k) g(s).</summary>
/// <remarks>
/// Z holds one row per parameter; M_k is the recorded diagonal preconditioner of the step where the rule needs one, otherwise the identity; S_k weights
/// the examples of the step's batch and is the identity without batches.
/// Gradient descent: d = 0, c = 1, f_k = η_k. Heavy ball: d = μ, c = 1 − τ (1 in the first step), f_k = η_k. Nesterov: d = c = μ, φ = 1, f_k = η_k.
/// Adam: d = β₁, c = 1 − β₁, f_k = η_k/(1 − β₁^{k+1}).
/// Source: theory, section 8. A user's own recursion derives from this; coefficients that change from step to step override
/// <see cref="DecayAt"/>, <see cref="GainAt"/> and <see cref="FreshAt"/>.
/// </remarks>
public abstract class DescentRule
{
    /// <summary>Sets the coefficients.</summary>
    /// <param name="kind">The optimizer's name, for reports and messages.</param>
    /// <param name="decay">d, finite and not negative.</param>
    /// <param name="gain">c, finite and positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">A coefficient is outside its range.</exception>
    protected DescentRule(string kind, double decay, double gain)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        if (!(decay >= 0 && double.IsFinite(decay)))
            throw new ArgumentOutOfRangeException(nameof(decay), decay, $"{kind}: expected a finite number of at least 0.");
        if (!(gain > 0 && double.IsFinite(gain))) throw new ArgumentOutOfRangeException(nameof(gain), gain, $"{kind}: expected a finite positive number.");
        Kind = kind;
        Decay = decay;
        Gain = gain;
    }

    /// <summary>Plain gradient descent: Z_k = J_kᵀ S_k P_k and f_k = η_k.</summary>
    public static DescentRule Plain => GradientDescent.PlainRule;

    /// <summary>The optimizer's name.</summary>
    public string Kind { get; }

    /// <summary>d where it is the same in every step (μ or β₁; 0 for gradient descent); otherwise its limit, which the stability edge is for.</summary>
    public double Decay { get; }

    /// <summary>c where it is the same in every step; otherwise its limit, which the stability edge is for.</summary>
    public double Gain { get; }

    /// <summary>Whether Z must be kept from step to step. False only where Z_k = J_kᵀ P_k and f_k = η_k: then kernels of single steps determine the recursion,
    /// a run of kernel blocks will do, and the window may start at any step.</summary>
    public virtual bool HasBuffer => true;

    /// <summary>Whether every step is multiplied by a diagonal M_k that the checkpoints must have recorded (Adam).</summary>
    public virtual bool NeedsPreconditioner => false;

    /// <summary>φ where it is the same in every step: the weight of the step's own gradient beside the buffer (0 unless told otherwise; 1 for
    /// Nesterov); otherwise its limit, which the stability edge is for.</summary>
    public virtual double Fresh => 0;

    /// <summary>z = η λ_max(B J M Jᵀ) up to which a quadratic loss is stable: 2(1 + d)/(c + φ(1 + d)), so 2 for gradient descent, 2(1 + μ)/(1 − τ) for
    /// heavy ball, 2(1 + μ)/(1 + 2μ) for Nesterov and 2(1 + β₁)/(1 − β₁) for Adam.</summary>
    /// <remarks>A mode moves by r² − (1 + d − (c + φ)z) r + d(1 − φz) = 0, and r = −1 is where it first leaves the unit circle. Source: Cohen et al. 2021
    /// (heavy ball, Nesterov); Cohen et al. 2022, arXiv:2207.14484 (Adam with a slowly changing preconditioner).</remarks>
    public virtual double StabilityEdge => 2 * (1 + Decay) / (Gain + Fresh * (1 + Decay));

    /// <summary>d_k, the part of Z_{k−1} that is kept in step k.</summary>
    /// <param name="step">k, counted from the start of training.</param>
    public virtual double DecayAt(long step) => Decay;

    /// <summary>c_k, the weight of the new gradient in step k.</summary>
    /// <param name="step">k, counted from the start of training.</param>
    public virtual double GainAt(long step) => Gain;

    /// <summary>φ_k, the weight of the step's own gradient beside Z_k.</summary>
    /// <param name="step">k, counted from the start of training.</param>
    public virtual double FreshAt(long step) => Fresh;

    /// <summary>f_k, by which M_k (Z_k + φ_k J_kᵀ S_k P_k) is multiplied to give the step.</summary>
    /// <param name="step">k, counted from the start of training.</param>
    /// <param name="eta">η_k, the learning rate of the step.</param>
    public virtual double StepFactor(long step, double eta) => eta;
}
