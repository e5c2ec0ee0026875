namespace KernelFlow.Cli;

/// <summary>How much is said on standard error.</summary>
internal enum Verbosity
{
    /// <summary>Only errors are shown.</summary>
    Quiet,

    /// <summary>Progress (when somebody watches) and a summary.</summary>
    Normal,

    /// <summary>What was chosen, how long each stage took, and the stack trace of an unexpected failure.</summary>
    Verbose,
}
