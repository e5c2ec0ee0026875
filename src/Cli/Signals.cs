using System.Runtime.InteropServices;

namespace KernelFlow.Cli;

/// <summary>Ctrl-C and SIGTERM as a cancellation token. Work that does not stop in time is left behind: files are replaced whole, so outputs stay
/// intact.</summary>
internal sealed class Signals : IDisposable
{
    /// <summary>How long the work may take to notice; the process is gone within a second.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(800);

    // SIGXFSZ, which has this number on Linux and macOS: a file reached the size that the system allows (ulimit -f).
    private const PosixSignal FileTooLarge = (PosixSignal)25;

    // For the life of the process: the runtime tells of a signal some time after the write that raised it, and ends the process where nobody listens then.
    private static PosixSignalRegistration? s_fileTooLarge;

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Listens to the process's signals.</summary>
    public Signals()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Stop(c, ExitCodes.Cancelled)));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Stop(c, ExitCodes.Terminated)));
        // Not the end of the process but an error of the writing, which names the file.
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            s_fileTooLarge ??= PosixSignalRegistration.Create(FileTooLarge, context => context.Cancel = true);
    }

    private Signals(CancellationToken outer) => outer.Register(() => { ExitCode = ExitCodes.Cancelled; _source.Cancel(); });

    /// <summary>Listens to a token only: for use inside another process.</summary>
    public static Signals From(CancellationToken token) => new(token);

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What to return after the first signal.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Cancelled;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested) ProcessEnd.Now(ExitCode);
        ExitCode = exitCode;
        _ = Task.Delay(_patience).ContinueWith(_ => ProcessEnd.Now(exitCode), TaskScheduler.Default);
        _source.Cancel();
    }
}
