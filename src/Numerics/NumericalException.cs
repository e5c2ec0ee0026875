namespace KernelFlow.Numerics;

/// <summary>A computation failed for a numerical reason (no convergence, a singular matrix, NaN from an input); the message carries the evidence.</summary>
public class NumericalException : Exception
{
    /// <summary>Makes the exception.</summary>
    public NumericalException(string message) : base(message) { }

    /// <summary>Makes the exception with its cause.</summary>
    public NumericalException(string message, Exception inner) : base(message, inner) { }
}
