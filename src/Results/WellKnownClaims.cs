namespace KernelFlow;

/// <summary>The ids of the few claims that reports and likely causes point at; a run may lack any of them.</summary>
public static class WellKnownClaims
{
    /// <summary>The fall of the training loss against the energy that was dissipated.</summary>
    public const string Dissipation = "C1";

    /// <summary>The gradient carried along the recorded path against the recorded gradients.</summary>
    public const string Transport = "C2";

    /// <summary>The predicted displacement of the training outputs against the recorded one.</summary>
    public const string TrainTransfer = "C3";

    /// <summary>The predicted displacement of the test outputs against the recorded one.</summary>
    public const string TestTransfer = "C4";

    /// <summary>The inclusion as a row among the claims.</summary>
    public const string Inclusion = "C5";

    /// <summary>The movement of the test outputs from that of the training outputs.</summary>
    public const string Coupling = "C8";

    /// <summary>The recorded losses against the loss of the recorded outputs.</summary>
    public const string RecordedLoss = "R1";

    /// <summary>Flow times against steps and learning rates.</summary>
    public const string FlowTime = "R2";

    /// <summary>Kernel blocks against what one joint kernel allows.</summary>
    public const string JointKernel = "R3";

    /// <summary>The preconditioner of Adam against the step it was taken at.</summary>
    public const string AdamTiming = "R4";

    /// <summary>Each interval's movement of the training outputs against what its own kernels predict.</summary>
    public const string TrainSteps = "R5";

    /// <summary>Each interval's movement of the test outputs against what its own kernels predict.</summary>
    public const string TestSteps = "R6";

    /// <summary>The regression factor of recorded on predicted movements of the training outputs.</summary>
    public const string TrainScale = "R7";

    /// <summary>The regression factor of recorded on predicted movements of the test outputs.</summary>
    public const string TestScale = "R8";

    /// <summary>What each checkpoint's own Jacobian adds to the prediction over its two intervals.</summary>
    public const string LeaveOneOut = "R9";

    /// <summary>Recorded midpoints against the ends of their steps.</summary>
    public const string Midpoints = "R10";

    /// <summary>The memory of the optimizer's steps against its stated constants.</summary>
    public const string OptimizerConstants = "R11";

    /// <summary>The steps against the edge of stability: rounding must not have blown them up.</summary>
    public const string StableSteps = "R12";
}
