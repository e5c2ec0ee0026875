namespace KernelFlow.Recording;

/// <summary>What <see cref="JacobianRecorder"/> records. Immutable; change one by <c>with</c>.</summary>
/// <param name="Checkpoints">At which steps.</param>
public sealed record JacobianRecorderOptions(CheckpointSteps Checkpoints)
{
    /// <summary>At which steps.</summary>
    public CheckpointSteps Checkpoints { get; init => field = Known(value, nameof(Checkpoints)); } = Known(Checkpoints, nameof(Checkpoints));

    /// <summary>In which form Jacobians are kept.</summary>
    public JacobianStore Store { get; init; }

    /// <summary>How they are computed.</summary>
    public JacobianStrategy Strategy { get; init; }

    /// <summary>Also record the Jacobians at (w_k + w_{k+1})/2 of every step; needs <see cref="CheckpointSteps.Every"/>.</summary>
    public bool Midpoints { get; init; }

    /// <summary>Stored type of the Jacobians, Float32 or Float64; null for that of the parameters. Only kernel blocks, which are formed in Float64, may be
    /// finer than the parameters.</summary>
    public StorageType? DType { get; init; }

    /// <summary>Record the parameters w also where no weight decay asks for them.</summary>
    public bool Parameters { get; init; }

    /// <summary>b: examples per step of a minibatch training, whose examples <see cref="JacobianRecorder.Step"/> is then told; null where every step takes
    /// all of them.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The targets of the test examples, if they are known: of all of them, also where only some are recorded.</summary>
    public Tensor? TestTargets { get; init; }

    /// <summary>The training examples to record, by index; null for all. Fewer are a flow that does not close, which the manifest's <c>setting</c>
    /// declares.</summary>
    public IReadOnlyList<long>? TrainExamples { get; init; }

    /// <summary>The test examples to record, by index; null for all.</summary>
    public IReadOnlyList<long>? TestExamples { get; init; }

    /// <summary>The outputs to record, by index; null for all. Fewer are a flow that does not close, which the manifest's <c>setting</c> declares.</summary>
    public IReadOnlyList<int>? Outputs { get; init; }

    /// <summary>What to record although it is refused otherwise.</summary>
    public RecordAnyway RecordAnyway { get; init; }

    /// <summary>Bytes that recording may use; null for half of what is free. A forecast above it is refused before the first checkpoint.</summary>
    public long? Memory { get; init; }

    /// <summary>Examples that are computed at a time; null for as many as <see cref="Memory"/> allows. What is recorded does not depend on it, up to
    /// rounding.</summary>
    public int? Chunk { get; init; }

    /// <summary>What of the training lies outside the setting of the theory and the recorder cannot see: "gradient-clipping" or any text.</summary>
    public IReadOnlyList<string> Setting { get; init => field = Known(value, nameof(Setting)); } = [];

    /// <summary>Also accept a folder that holds other files. They stay; only those of the names that this recording writes are replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Free-form facts for the manifest.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = Known(value, nameof(Metadata)); } = new Dictionary<string, string>();

    private static T Known<T>(T value, string name) where T : class => value ?? throw new ArgumentNullException(name);
}
