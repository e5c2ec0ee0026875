namespace KernelFlow;

/// <summary>Which data a built-in network is trained on.</summary>
public enum DataKind
{
    /// <summary>UCI handwritten digits, 8×8 pixels (1797 examples), pixels / 16 minus each pixel's mean: parity ±1 with one
    /// output, otherwise class mod p, one-hot.</summary>
    Digits,

    /// <summary>All pairs (a, b) mod q, each number one-hot (2q inputs); the target is a + b mod q, one-hot, p = q.</summary>
    ModularAddition,

    /// <summary>All pairs (a, b) mod a prime q with b ≠ 0, each number one-hot (2q inputs); the target is a·b⁻¹ mod q, one-hot, p = q.</summary>
    ModularDivision,

    /// <summary>Gaussian inputs x ~ N(0, I_d); the target is that of a random teacher V tanh(A x/√d)/√h, entries of A and V standard normal: its
    /// value (squared loss), sign (logistic) or largest output, one-hot.</summary>
    TeacherStudent,
}

/// <summary>The nonlinearity after every hidden layer.</summary>
public enum ActivationKind
{
    /// <summary>The hyperbolic tangent tanh z.</summary>
    Tanh,

    /// <summary>z·Φ(z) with the normal distribution function Φ (the exact, erf, form).</summary>
    Gelu,

    /// <summary>max(z, 0), with derivative 0 at 0.</summary>
    Relu,
}

/// <summary>Training losses a built-in network can use; formulas are those of <see cref="LossModel"/>, mean over examples.</summary>
public enum LossKind
{
    /// <summary>Φ = 1/(2n) Σ‖u_i − y_i‖².</summary>
    Squared,

    /// <summary>Softmax cross-entropy, at least two outputs.</summary>
    SoftmaxCrossEntropy,

    /// <summary>Φ = (1/n) Σ log(1 + e^{−y u}), labels ±1, one output.</summary>
    Logistic,
}

/// <summary>How width enters a layer z = α W a + b with k inputs to each unit, and how its parameters are drawn (all times
/// <see cref="RecordingOptions.Scale"/>).</summary>
public enum Parametrisation
{
    /// <summary>α = 1; W and b uniform on ±1/√k: PyTorch's default.</summary>
    Standard,

    /// <summary>α = 1/√k; W standard normal, b = 0. The kernel has a limit at infinite width and stands still there
    /// (Jacot, Gabriel and Hongler 2018).</summary>
    Ntk,

    /// <summary>As <see cref="Ntk"/> but α = 1/k in the output layer. Features move at any width when the learning rate grows in proportion to the
    /// width (Mei, Montanari and Nguyen 2018); that factor is the caller's.</summary>
    MeanField,
}

/// <summary>How parameters are updated; g is the gradient of the loss over all examples or over the batch.</summary>
public enum OptimizerKind
{
    /// <summary>w ← w − η g over all examples.</summary>
    GradientDescent,

    /// <summary>Heavy ball as in PyTorch: v ← μ v + g, w ← w − η v.</summary>
    Momentum,

    /// <summary>w ← w − η g over a batch; the batch of the step that leaves a checkpoint is recorded in it.</summary>
    Sgd,

    /// <summary>Adam as in PyTorch: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η/(1−β₁^{k+1})·M m with M =
    /// 1/(√(v/(1−β₂^{k+1})) + ε), recorded as preconditioner.</summary>
    Adam,
}

/// <summary>Which parameters a step of Adam may move.</summary>
public enum GateKind
{
    /// <summary>All of them.</summary>
    None,

    /// <summary>Those with μ_k² &gt; σ_k²/(b−1), mean and variance (divisor b) of the b per-example gradients of the step (theory, claim C14).</summary>
    PopulationRisk,

    /// <summary>Those with m̂_k² &gt; ŝ_k, m̂ the corrected running mean of Adam (β₁) and ŝ the corrected running mean (β₂) of (∇L − m̂)²: a signal-to-noise
    /// ratio above 1 over the last steps.</summary>
    RunningVariance,
}

/// <summary>How the learning rate η_k of step k depends on k; a warm-up may multiply it by (k+1)/W for k &lt; W.</summary>
public enum LearningRateSchedule
{
    /// <summary>η_k = η at every step.</summary>
    Constant,

    /// <summary>Decays by a factor at fixed intervals: η_k = η·γ^⌊k/every⌋.</summary>
    StepDecay,

    /// <summary>Half a cosine, down to nearly zero: η_k = η·½(1 + cos(πk/steps)).</summary>
    Cosine,
}

/// <summary>At which steps checkpoints are recorded; step 0 and the last step always are.</summary>
public enum CheckpointSchedule
{
    /// <summary>0 and the rounded points of a geometric grid from 1 to the last step.</summary>
    Geometric,

    /// <summary>The rounded points of a uniform grid from 0 to the last step.</summary>
    Uniform,

    /// <summary>Every step: what descent mode needs to be exact.</summary>
    EveryStep,

    /// <summary>Where something has changed enough since the last one, as <see cref="RecordingOptions.Adaptive"/> says.</summary>
    Adaptive,
}

/// <summary>Whether Jacobians are recorded as the factors of their layers.</summary>
public enum FactorRecording
{
    /// <summary>Where the factors are fewer numbers than the Jacobian.</summary>
    Auto,

    /// <summary>In any case.</summary>
    Always,

    /// <summary>Not at all.</summary>
    Never,
}
