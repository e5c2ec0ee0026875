namespace KernelFlow.Files;

/// <summary>A file that cannot be read, or that is no longer what it was when it was opened; the message begins with its path.</summary>
public sealed class UnreadableFileException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Begins with the path and ends with a full stop.</param>
    /// <param name="inner">What the system said.</param>
    public UnreadableFileException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>What the system said about a file, in this tool's words where it has any.</summary>
    internal static UnreadableFileException Of(string path, Exception e)
    {
        string reason = e switch
        {
            UnauthorizedAccessException => "permission denied",
            FileNotFoundException or DirectoryNotFoundException => "not found",
            _ => e.Message.Replace($" : '{Path.GetFullPath(path)}'", "", StringComparison.Ordinal).TrimEnd('.'),
        };
        return new UnreadableFileException($"{path}: cannot be read: {reason}.", e);
    }

    internal static UnreadableFileException TooLong(string path, long length, long maximum) =>
        new($"{path}: found {length} bytes, expected at most {maximum}.");
}
