namespace KernelFlow.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    /// <summary>The command did what it was asked to do.</summary>
    public const int Done = 0;

    /// <summary>A claim is violated (with --strict).</summary>
    public const int Violated = 1;

    /// <summary>Bad input or bad usage.</summary>
    public const int BadInput = 2;

    /// <summary>A computation failed.</summary>
    public const int Failure = 3;

    /// <summary>A claim is undecided, or the training lies outside the setting of the theory (with --strict), and none is violated.</summary>
    public const int Undecided = 4;

    /// <summary>Cancelled with Ctrl-C: 128 + SIGINT.</summary>
    public const int Cancelled = 130;

    /// <summary>Asked to terminate: 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
