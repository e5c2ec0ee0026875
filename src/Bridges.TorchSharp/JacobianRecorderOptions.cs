using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>What <see cref="JacobianRecorder"/> records. Immutable; change one by <c>with</c>.</summary>
/// <param name="Checkpoints">At which steps.</param>
public sealed record JacobianRecorderOptions(CheckpointSteps Checkpoints)
{
    /// <summary>Also record the Jacobians at (w_k + w_{k+1})/2 of every step; needs <see cref="CheckpointSteps.Every"/>.</summary>
    public bool Midpoints { get; init; }

    /// <summary>Stored type of the Jacobians, Float32 or Float64; null for that of the parameters. It may not be finer than theirs.</summary>
    public StorageType? DType { get; init; }

    /// <summary>Record the parameters w also where no weight decay asks for them.</summary>
    public bool Parameters { get; init; }

    /// <summary>b: examples per step of a minibatch training, whose examples <see cref="JacobianRecorder.Step"/> is then told; null where every step takes
    /// all of them.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The targets of the test examples, if they are known.</summary>
    public torch.Tensor? TestTargets { get; init; }

    /// <summary>What of the training lies outside the setting of the theory and the recorder cannot see: "gradient-clipping" or any text.</summary>
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>Also accept a folder that holds other files. They stay; only those of the names that this recording writes are replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Free-form facts for the manifest.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
