namespace KernelFlow.Validation.Power;

/// <summary>The kinds of recordings that are spoilt.</summary>
internal enum PowerGroup
{
    /// <summary>Jacobians at sparse checkpoints, analysed as a flow.</summary>
    Flow,

    /// <summary>Jacobians at every step and in its middle, analysed as the steps themselves.</summary>
    Midpoints,

    /// <summary>Kernel blocks at sparse checkpoints, half of them with cross blocks, analysed as a flow.</summary>
    KernelBlocks,
}
