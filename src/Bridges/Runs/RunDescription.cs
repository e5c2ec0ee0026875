namespace KernelFlow;

/// <summary>What a recording states once: the loss with its targets, sizes, the optimizer and free-form facts.</summary>
/// <param name="Loss">Φ_S; gives n, p, the reduction and y_S.</param>
/// <param name="Test">m: test examples.</param>
public sealed record RunDescription(LossModel Loss, int Test)
{
    /// <summary>D; when null and Jacobians are recorded, their number of columns. To be stated when the Jacobians are sketched.</summary>
    public long? Parameters { get; init; }

    /// <summary>The layers of the Jacobians, in the order of their columns, when they are to be recorded as factors (<see cref="FactoredJacobian"/>); null to
    /// record them as they are.</summary>
    public IReadOnlyList<JacobianLayer>? Layers { get; init; }

    /// <summary>The optimizer, if any.</summary>
    public Optimizer? Optimizer { get; init; }

    /// <summary>Further constants of the optimizer that nothing here understands, so that the recorded run says them, too.</summary>
    public IReadOnlyList<NamedConstant> UnknownConstants { get; init; } = [];

    /// <summary>The learning rate of every interval between checkpoints, or of every step; null to state none.</summary>
    public IReadOnlyList<double>? Schedule { get; init; }

    /// <summary>What of the training lies outside the setting of the theory: "batch-norm", "dropout", "gradient-clipping" or any text.</summary>
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>The run's own tensors beside y_S: y_Q, clean_S, noise_mask_S (<see cref="StreamedTensor.Booleans"/>); for a custom loss also y_S.</summary>
    public IReadOnlyList<TensorSource> Targets { get; init; } = [];

    /// <summary>Free-form facts for the manifest.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
