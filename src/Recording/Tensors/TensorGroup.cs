namespace KernelFlow;

/// <summary>What a tensor of the run format is a record of.</summary>
public enum TensorGroup
{
    /// <summary>Targets and other facts about the examples; they belong to the run.</summary>
    Targets,

    /// <summary>Outputs, and what the loss makes of them.</summary>
    Outputs,

    /// <summary>The Jacobians of a checkpoint, and those at the middle of the step that leaves it.</summary>
    Jacobian,

    /// <summary>Other tensors with one entry per parameter, and the size of a sketch: they leave with the Jacobians when these become kernel blocks.</summary>
    Parameters,

    /// <summary>Kernel blocks of a checkpoint, those with the checkpoint after it, and those with the middle of the step that leaves it.</summary>
    Kernel,

    /// <summary>A fact about the recording itself.</summary>
    Recording,
}

/// <summary>When a tensor must be there.</summary>
public enum TensorNeed
{
    /// <summary>The tensor may be missing.</summary>
    Optional,

    /// <summary>In every checkpoint.</summary>
    Always,

    /// <summary>In the targets file of every run whose loss has a formula.</summary>
    LossWithFormula,

    /// <summary>In every checkpoint of a run whose loss has none.</summary>
    LossWithoutFormula,

    /// <summary>In every checkpoint of a run that records Jacobians.</summary>
    JacobianRun,

    /// <summary>In every checkpoint of a run that records kernel blocks instead of Jacobians.</summary>
    KernelRun,
}
