namespace KernelFlow;

/// <summary>The file ends before it says itself that it should: it was cut off in writing, or in copying.</summary>
public sealed class TruncatedFileException : InvalidRunException
{
    /// <summary>Makes the exception.</summary>
    public TruncatedFileException(string message) : base(message) { }
}
