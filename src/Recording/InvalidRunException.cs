namespace KernelFlow;

/// <summary>The input is not a sound recorded run. The message names the file, the tensor, what was found and what was expected.</summary>
public class InvalidRunException : Exception
{
    /// <summary>Makes the exception.</summary>
    public InvalidRunException(string message) : base(message) { }

    /// <summary>Makes the exception with its cause.</summary>
    public InvalidRunException(string message, Exception inner) : base(message, inner) { }
}
