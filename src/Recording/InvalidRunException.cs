using KernelFlow.Files;

namespace KernelFlow;

/// <summary>The input is not a sound recorded run. The message names the file, the tensor, what was found and what was expected; it is one line, of at most
/// <see cref="PrintableText.LongestMessage"/> characters, without control characters.</summary>
public class InvalidRunException : Exception
{
    /// <summary>Makes the exception.</summary>
    public InvalidRunException(string message) : base(PrintableText.Message(message)) { }

    /// <summary>Makes the exception with its cause.</summary>
    public InvalidRunException(string message, Exception inner) : base(PrintableText.Message(message), inner) { }
}
