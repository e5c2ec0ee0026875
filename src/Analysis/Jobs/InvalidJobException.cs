namespace KernelFlow;

/// <summary>A job's folder is not sound, its run is not the one that was planned for, or pieces are missing; the message says which and what to do.</summary>
public sealed class InvalidJobException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong: the file, what was found and what was expected.</param>
    /// <param name="inner">What caused it.</param>
    public InvalidJobException(string message, Exception? inner = null) : base(message, inner) { }
}
