using KernelFlow.Files;

namespace KernelFlow;

/// <summary>A file is not the sound results of an analysis. The message names the file, the path inside it, what was found and what was expected; it
/// is one line, of at most <see cref="PrintableText.LongestMessage"/> characters, without control characters.</summary>
public sealed class InvalidResultsException : Exception
{
    /// <summary>Makes the exception.</summary>
    public InvalidResultsException(string message) : base(PrintableText.Message(message)) { }

    /// <summary>Makes the exception with its cause.</summary>
    public InvalidResultsException(string message, Exception inner) : base(PrintableText.Message(message), inner) { }
}
