using System.Text;

namespace KernelFlow.Cli;

/// <summary>Where text goes: results to <see cref="Out"/>, messages and progress to <see cref="Error"/>.</summary>
internal sealed record CliTerminal
{
    // What a terminal that does not tell its width is taken for.
    private const int UsualWidth = 80;

    private readonly Func<int?> _outputWidth, _errorWidth;

    /// <summary>Puts writers together.</summary>
    /// <param name="output">Standard output. What cannot be written there is an error.</param>
    /// <param name="error">Standard error. What cannot be written there is dropped.</param>
    /// <param name="interactive">Whether a person watches standard error; otherwise no progress and no escape codes.</param>
    /// <param name="outputWidth">Columns of the terminal that standard output goes to; null for a file or a pipe.</param>
    /// <param name="errorWidth">The same for standard error.</param>
    public CliTerminal(TextWriter output, TextWriter error, bool interactive, Func<int?>? outputWidth = null, Func<int?>? errorWidth = null)
    {
        _outputWidth = outputWidth ?? (() => null);
        _errorWidth = errorWidth ?? (() => null);
        Out = new TerminalWriter(output, "standard output", isNeeded: true);
        Help = new TerminalWriter(output, "standard output", isNeeded: true, keepsBreaks: true);
        Error = new TerminalWriter(error, "standard error", isNeeded: false);
        Drawing = error;
        Interactive = interactive;
    }

    /// <summary>Standard output.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard output for help and completions.</summary>
    public TextWriter Help { get; }

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Standard error for progress bars, which need escape codes.</summary>
    public TextWriter Drawing { get; }

    /// <summary>Whether a person watches standard error; otherwise no progress and no escape codes.</summary>
    public bool Interactive { get; }

    /// <summary>Standard output for sentences: broken between words at the terminal's width, and left as they are in a file or a pipe.</summary>
    /// <param name="hanging">Columns by which later pieces of a line are indented; null for two more than the line is.</param>
    public TextWriter OutText(int? hanging = null) => new WrappedWriter(Out, _outputWidth, hanging);

    /// <summary>Standard error for sentences.</summary>
    public TextWriter ErrorText => new WrappedWriter(Error, _errorWidth);

    /// <summary>The process's own streams, as UTF-8 without a byte-order mark; a stream that the caller closed is not touched.</summary>
    public static CliTerminal OfProcess()
    {
        bool hasOut = StandardStreams.IsInherited(1), hasError = StandardStreams.IsInherited(2);
        if (Console.IsOutputRedirected || Console.IsErrorRedirected || !OperatingSystem.IsWindows()) Console.OutputEncoding = new UTF8Encoding(false);
        return new(hasOut ? Console.Out : new ClosedWriter(), hasError ? Console.Error : TextWriter.Null, hasError && !Console.IsErrorRedirected,
            () => hasOut && !Console.IsOutputRedirected ? Width() : null, () => hasError && !Console.IsErrorRedirected ? Width() : null);
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return UsualWidth;
        }
    }
}
