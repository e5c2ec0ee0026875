namespace KernelFlow;

/// <summary>Which data a built-in network is trained on.</summary>
public enum DataKind
{
    /// <summary>UCI handwritten digits, 8×8 pixels (1797 examples): parity ±1 with one output, otherwise class mod p, one-hot.</summary>
    Digits,
}

/// <summary>The nonlinearity after every hidden layer.</summary>
public enum ActivationKind
{
    /// <summary>tanh z.</summary>
    Tanh,
}

/// <summary>Training losses a built-in network can use; formulas are those of <see cref="LossModel"/>, mean over examples.</summary>
public enum LossKind
{
    /// <summary>Φ = 1/(2n) Σ‖u_i − y_i‖².</summary>
    Squared,

    /// <summary>Softmax cross-entropy, at least two outputs.</summary>
    SoftmaxCrossEntropy,
}

/// <summary>How parameters are updated.</summary>
public enum OptimizerKind
{
    /// <summary>w ← w − η ∇L over all examples.</summary>
    GradientDescent,
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
}
