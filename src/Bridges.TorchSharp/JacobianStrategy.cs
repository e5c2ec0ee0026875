namespace KernelFlow.Recording;

/// <summary>How the Jacobians of a training are computed.</summary>
public enum JacobianStrategy
{
    /// <summary>By hooks for every layer where they are right, by rows for the others; the two are compared on two examples at the start.</summary>
    Auto,

    /// <summary>By hooks for every layer; a model for which they would be wrong is refused.</summary>
    Hooks,

    /// <summary>One backward pass per example and output: right for every model.</summary>
    Rows,
}
