namespace KernelFlow;

/// <summary>Why an <see cref="AdaptiveRule"/> asks for a checkpoint.</summary>
public enum AdaptiveTest
{
    /// <summary>The outputs left the straight line on which they would move if the Jacobian stood still.</summary>
    Linearity,

    /// <summary>The gradient of the loss by the outputs changed.</summary>
    Gradient,

    /// <summary>The kernel changed.</summary>
    Kernel,

    /// <summary>The last checkpoint was as many steps ago as is allowed.</summary>
    Gap,
}
