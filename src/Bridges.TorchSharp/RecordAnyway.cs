namespace KernelFlow.Recording;

/// <summary>What is refused unless it is asked for. It is then declared in the manifest's <c>setting</c>, and claims against data are not applicable.</summary>
[Flags]
public enum RecordAnyway
{
    /// <summary>Nothing.</summary>
    Nothing = 0,

    /// <summary>Batch normalisation in training mode.</summary>
    BatchNorm = 1,

    /// <summary>Active dropout.</summary>
    Dropout = 2,

    /// <summary>A forward pass that differs when it is repeated.</summary>
    RandomForward = 4,

    /// <summary>Outputs that depend on other examples of the batch.</summary>
    DependentSamples = 8,

    /// <summary><see cref="JacobianStrategy.Hooks"/> with layers for which hooks are wrong.</summary>
    SharedModules = 16,
}
