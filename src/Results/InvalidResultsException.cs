namespace KernelFlow;

/// <summary>A file is not the sound results of an analysis. The message names the file, the path inside it, what was found and what was expected.</summary>
public sealed class InvalidResultsException : Exception
{
    /// <summary>Makes the exception.</summary>
    public InvalidResultsException(string message) : base(message) { }

    /// <summary>Makes the exception with its cause.</summary>
    public InvalidResultsException(string message, Exception inner) : base(message, inner) { }
}
