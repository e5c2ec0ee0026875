namespace KernelFlow.Validation.Calibration;

/// <summary>What the trained networks are made of.</summary>
public enum StudyActivation
{
    /// <summary>Dense layers with tanh.</summary>
    Tanh,

    /// <summary>Dense layers with GELU.</summary>
    Gelu,

    /// <summary>Dense layers with ReLU, whose kernels jump.</summary>
    Relu,

    /// <summary>Two convolutions with GELU.</summary>
    Convolution,
}

/// <summary>How the networks are trained.</summary>
public enum StudyOptimizer
{
    /// <summary>Steps of all training examples.</summary>
    GradientDescent,

    /// <summary>Heavy ball.</summary>
    Momentum,

    /// <summary>Adam with its recorded preconditioner.</summary>
    Adam,

    /// <summary>Steps of a part of the training examples, which is recorded.</summary>
    Batches,

    /// <summary>Decay of the parameters, coupled or decoupled.</summary>
    Decay,
}

/// <summary>What is recorded of a training.</summary>
public enum StudyRecording
{
    /// <summary>Jacobians at every step.</summary>
    EveryStep,

    /// <summary>Jacobians at every step and in the middle of every step.</summary>
    Midpoints,

    /// <summary>Jacobians at some steps.</summary>
    Sparse,

    /// <summary>Kernel blocks without those between neighbouring checkpoints.</summary>
    Blocks,

    /// <summary>Kernel blocks with those between neighbouring checkpoints, at some steps or at every step.</summary>
    CrossBlocks,
}

/// <summary>One kind of training and recording; cell and seed decide everything else.</summary>
/// <param name="Optimizer">How it is trained.</param>
/// <param name="Recording">What is recorded.</param>
/// <param name="Activation">What is trained.</param>
public sealed record CalibrationCell(StudyOptimizer Optimizer, StudyRecording Recording, StudyActivation Activation)
{
    /// <summary>Every combination, in a fixed order.</summary>
    public static IReadOnlyList<CalibrationCell> All { get; } =
    [
        .. from optimizer in Enum.GetValues<StudyOptimizer>()
           from recording in Enum.GetValues<StudyRecording>()
           from activation in Enum.GetValues<StudyActivation>()
           select new CalibrationCell(optimizer, recording, activation),
    ];

    /// <summary>"gradient-descent/sparse/tanh".</summary>
    public string Id => $"{OptionName.Of(Optimizer)}/{OptionName.Of(Recording)}/{OptionName.Of(Activation)}";

    /// <summary>Whether the id contains one of the texts, or there are none.</summary>
    public bool Matches(IReadOnlyList<string> texts) => texts.Count == 0 || texts.Any(text => Id.Contains(text, StringComparison.Ordinal));
}
